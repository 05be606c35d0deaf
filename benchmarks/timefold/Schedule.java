package staffing;

import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.solution.ProblemFactCollectionProperty;
import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import java.util.ArrayList;
import java.util.List;

/** As many slots for each activity as its team may have people. */
@PlanningSolution
public class Schedule {
    @ProblemFactCollectionProperty
    private List<Person> people;

    @PlanningEntityCollectionProperty
    private List<Slot> slots = new ArrayList<>();

    @PlanningScore
    private HardSoftLongScore score;

    public Schedule() {}

    Schedule(Facts facts) {
        people = facts.people;
        for (Facts.Activity activity : facts.activities) {
            activity.firstSlot = slots.size();
            activity.places = Math.min(activity.teamMax, Math.min(activity.eligible.size(), activity.asked / activity.least));
            for (int n = 0; n < activity.places; n++) {
                slots.add(new Slot(slots.size(), activity));
            }
        }
    }

    public List<Person> getPeople() {
        return people;
    }

    public List<Slot> getSlots() {
        return slots;
    }

    public HardSoftLongScore getScore() {
        return score;
    }

    public void setScore(HardSoftLongScore score) {
        this.score = score;
    }
}
