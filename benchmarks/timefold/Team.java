package staffing;

import java.util.List;

/** What a plan makes of one activity. */
final class Team {
    /** What a person too many or too few counts in hours. */
    static final long PERSON = 8;

    private final Facts.Activity activity;
    private final List<Slot> slots;
    private final int[] meeting;
    private final int size;
    private final long hours;
    private final long byExperts;
    private final long perHour;

    /** slots: all of the activity, also those that nobody has. */
    Team(Facts.Activity activity, List<Slot> slots) {
        this.activity = activity;
        this.slots = slots;
        meeting = new int[activity.requirements.size()];
        int members = 0;
        long booked = 0;
        long expert = 0;
        long price = 0;
        for (Slot slot : slots) {
            if (slot.getPerson() == null) {
                continue;
            }
            members++;
            Facts.Pair pair = slot.pair();
            booked += slot.hours();
            price += pair.pricePerHour() * slot.hours();
            expert += pair.expert() ? slot.hours() : 0;
            for (int r = 0; r < meeting.length; r++) {
                meeting[r] += pair.meets() >> r & 1;
            }
        }
        size = members;
        hours = booked;
        byExperts = expert;
        perHour = price;
    }

    /** team_size, must_requirement, expert_hours, overbooking, mentoring and eligibility, in hours; see PERSON. */
    long hard() {
        long short100 = Math.max(0, activity.facts.expertShare * hours - 100 * byExperts);
        long wrong = PERSON * (wrongSize() + missingThatMust() + withoutMentor());
        return wrong + (short100 + 99) / 100 + Math.max(0, hours - activity.asked) + ineligible();
    }

    /** staffing, the coverages, the fits, energy, lending and stability. */
    long soft() {
        return activity.staffingPrice * Math.max(0, activity.asked - hours) + coverage() + stability() + perHour;
    }

    /** Hours of people who bring nothing and learn nothing. */
    private long ineligible() {
        long wrong = 0;
        for (Slot slot : slots) {
            wrong += slot.getPerson() == null || slot.pair().able() || slot.learns() ? 0 : slot.hours();
        }
        return wrong;
    }

    /** People too few, or there twice. */
    private long wrongSize() {
        long wrong = size == 0 ? 0 : Math.max(0, activity.teamMin - size);
        for (int i = 0; i < slots.size(); i++) {
            for (int j = 0; j < i && slots.get(i).getPerson() != null; j++) {
                wrong += slots.get(i).getPerson() == slots.get(j).getPerson() ? 1 : 0;
            }
        }
        return wrong;
    }

    /** People missing who must be there. */
    private long missingThatMust() {
        long missing = 0;
        for (Facts.Requirement requirement : activity.requirements) {
            if (requirement.must() && size > 0) {
                missing += Math.max(0, requirement.people() - meeting[requirement.index()]);
            }
        }
        return missing;
    }

    /** Learners whose mentor is not on the team. */
    private long withoutMentor() {
        long wrong = 0;
        for (Slot slot : slots) {
            if (slot.learns()) {
                Person mentor = slot.getMentor();
                boolean there = false;
                for (Slot other : slots) {
                    there |= other.getPerson() == mentor;
                }
                wrong += there ? 0 : 1;
            }
        }
        return wrong;
    }

    /** Expertise and talents that too few on the team have. */
    private long coverage() {
        long price = 0;
        for (Facts.Requirement requirement : activity.requirements) {
            price += requirement.price() * Math.max(0, requirement.people() - meeting[requirement.index()]);
        }
        return price;
    }

    private long stability() {
        long price = 0;
        for (Facts.Incumbent incumbent : activity.incumbents) {
            long kept = 0;
            for (Slot slot : slots) {
                kept += slot.getPerson() == incumbent.person() ? slot.hours() : 0;
            }
            price += incumbent.price() * Math.max(0, incumbent.hours() - kept);
        }
        return price;
    }

    /** Requirements of the project that fewer than two people on it meet. */
    static long continuity(Facts.Project project, List<Slot> slots) {
        long price = 0;
        for (Facts.Requirement requirement : project.critical) {
            Person one = null;
            boolean two = false;
            for (Slot slot : slots) {
                Person person = slot.getPerson();
                if (person != null && person != one && requirement.metBy().get(person.getNumber())) {
                    two |= one != null;
                    one = person;
                }
            }
            price += two ? 0 : requirement.continuityPrice();
        }
        return price;
    }
}
