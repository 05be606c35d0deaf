package staffing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a plan asks of one person: hours of all sorts, and how many cannot be given. */
final class Load {
    private static final Comparator<int[]> BY_END = Comparator.comparingInt(task -> task[1]);

    private final Person person;
    private final long hours;
    private final long stretchHours;
    private final long unavailable;
    private final int learners;
    private final int activities;
    private final long topTalentHours;
    private final long responsibleHours;
    private final long[] byKind;

    /** slots: those that the person has, and those in which the person is the mentor. */
    Load(Person person, List<Slot> slots) {
        this.person = person;
        Facts facts = person.facts;
        long booked = 0;
        long stretch = 0;
        long topTalent = 0;
        long responsible = 0;
        int number = 0;
        byKind = new long[facts.kinds];
        List<int[]> tasks = new ArrayList<>(slots.size());
        Set<Person> taught = new HashSet<>();
        for (Slot slot : slots) {
            Facts.Activity activity = slot.activity;
            if (slot.getPerson() != person) {
                taught.add(slot.getPerson());
                tasks.add(new int[] {activity.first, activity.last, facts.mentorHours});
                continue;
            }
            int here = slot.hours();
            tasks.add(new int[] {activity.first, activity.last, here});
            number++;
            booked += here;
            byKind[activity.kind] += here;
            stretch += slot.learns() ? here : 0;
            topTalent += slot.pair().usesTopTalent() ? here : 0;
            responsible += activity.responsibility ? here : 0;
        }
        hours = booked;
        stretchHours = stretch;
        topTalentHours = topTalent;
        responsibleHours = responsible;
        activities = number;
        learners = taught.size();
        unavailable = tasks.isEmpty() ? 0 : shortfall(person, tasks);
    }

    /** Hours of tasks (first, last, hours) that do not fit, however they are split: what ends first goes first. */
    static long shortfall(Person person, List<int[]> tasks) {
        tasks.sort(BY_END);
        long missing = 0;
        for (int t = 0; t < person.available.length; t++) {
            long room = person.available[t];
            for (int[] task : tasks) {
                if (task[0] <= t && t <= task[1]) {
                    int done = (int) Math.min(room, task[2]);
                    task[2] -= done;
                    room -= done;
                    if (t == task[1]) {
                        missing += task[2];
                    }
                }
            }
        }
        return missing;
    }

    /** availability, mentoring (learners) and stretch_cap, in hours; a person counts as eight. */
    long hard() {
        Facts facts = person.facts;
        long[] cap = facts.stretchCap;
        long overStretched = Math.max(0, 100 * stretchHours - cap[0] * hours - 100 * cap[1]);
        return unavailable + (overStretched + 99) / 100 + Team.PERSON * Math.max(0, learners - person.maxLearners);
    }

    /** talent_use, responsibility, stretch, role_width, load_balance and focus. */
    long soft() {
        Facts facts = person.facts;
        long cost = belowShare(facts.responsibility, responsibleHours);
        if (person.hasTopTalent) {
            cost += belowShare(facts.talentUse, topTalentHours);
        }
        cost += person.stretchPrice * Math.max(0, facts.stretch[0] * hours - 100 * stretchHours);
        for (long kind : byKind) {
            cost += facts.roleWidth[2] * Math.max(0, 100 * kind - facts.roleWidth[0] * hours - 100 * facts.roleWidth[1]);
        }
        cost += facts.load[2] * Math.max(0, facts.load[0] * person.hoursAvailable - 100 * hours);
        cost += facts.load[2] * Math.max(0, 100 * hours - facts.load[1] * person.hoursAvailable);
        return cost + facts.focus[1] * Math.max(0, activities - facts.focus[0]);
    }

    private long belowShare(long[] share, long part) {
        return share[2] * Math.max(0, share[0] * hours - 100 * share[1] - 100 * part);
    }
}
