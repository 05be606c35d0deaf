package staffing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a plan asks of one person: hours of all sorts, and how many cannot be given. */
final class Load {
    private static final Comparator<int[]> BY_END = Comparator.comparingInt(task -> task[1]);

    final Person person;
    final long hours;
    final long stretchHours;
    final long unavailable;
    final int learners;
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
        unavailable = tasks.isEmpty() ? 0 : shortfall(tasks);
    }

    /** Hours that do not fit, however they are split: in each period whatever ends first goes first. */
    private long shortfall(List<int[]> tasks) {
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

    /** Hundredths of stretch hours over the cap, as whole hours rounded up. */
    long overStretched() {
        long[] cap = person.facts.stretchCap;
        return (Math.max(0, 100 * stretchHours - cap[0] * hours - 100 * cap[1]) + 99) / 100;
    }

    long talentUse() {
        return person.hasTopTalent ? belowShare(person.facts.talentUse, topTalentHours) : 0;
    }

    long responsibility() {
        return belowShare(person.facts.responsibility, responsibleHours);
    }

    private long belowShare(long[] share, long part) {
        return share[2] * Math.max(0, share[0] * hours - 100 * share[1] - 100 * part);
    }

    long stretch() {
        return person.stretchPrice * Math.max(0, person.facts.stretch[0] * hours - 100 * stretchHours);
    }

    long roleWidth() {
        long[] width = person.facts.roleWidth;
        long over = 0;
        for (long kind : byKind) {
            over += Math.max(0, 100 * kind - width[0] * hours - 100 * width[1]);
        }
        return width[2] * over;
    }

    /** What the person's hours cost less than none would. */
    long balanced() {
        long[] load = person.facts.load;
        long below = Math.max(0, load[0] * person.hoursAvailable - 100 * hours);
        return idle(person) - load[2] * (below + Math.max(0, 100 * hours - load[1] * person.hoursAvailable));
    }

    /** What a person without any work costs. */
    static long idle(Person person) {
        return person.facts.load[2] * person.facts.load[0] * person.hoursAvailable;
    }

    long focus() {
        return person.facts.focus[1] * Math.max(0, activities - person.facts.focus[0]);
    }
}
