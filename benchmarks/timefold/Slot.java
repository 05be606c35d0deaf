package staffing;

import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.valuerange.CountableValueRange;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeFactory;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;
import java.util.List;

/** A place on an activity's team: who has it, for how many blocks of hours, and who teaches them there. */
@PlanningEntity
public class Slot {
    Facts.Activity activity;

    @PlanningId
    private Integer number;

    @PlanningVariable(allowsUnassigned = true, valueRangeProviderRefs = "eligible")
    private Person person;

    @PlanningVariable(valueRangeProviderRefs = "blocks")
    private Integer blocks;

    @PlanningVariable(allowsUnassigned = true, valueRangeProviderRefs = "mentors")
    private Person mentor;

    public Slot() {}

    Slot(int number, Facts.Activity activity) {
        this.number = number;
        this.activity = activity;
    }

    @ValueRangeProvider(id = "eligible")
    public List<Person> getEligible() {
        return activity.eligible;
    }

    @ValueRangeProvider(id = "blocks")
    public CountableValueRange<Integer> getBlocksRange() {
        return ValueRangeFactory.createIntValueRange(activity.leastBlocks(), activity.mostBlocks() + 1);
    }

    @ValueRangeProvider(id = "mentors")
    public List<Person> getMentors() {
        return activity.mentors;
    }

    int hours() {
        return person == null || blocks == null ? 0 : blocks * activity.facts.block;
    }

    Facts.Pair pair() {
        return activity.pairs.get(person);
    }

    /** Whether the mentor has something to teach the person here. */
    boolean learns() {
        return person != null && mentor != null && (pair().canLearn() & activity.pairs.get(mentor).meets()) != 0;
    }

    public Integer getNumber() {
        return number;
    }

    public Facts.Activity getActivity() {
        return activity;
    }

    public Facts.Project getProject() {
        return activity.project;
    }

    public Person getPerson() {
        return person;
    }

    public void setPerson(Person person) {
        this.person = person;
    }

    public Integer getBlocks() {
        return blocks;
    }

    public void setBlocks(Integer blocks) {
        this.blocks = blocks;
    }

    public Person getMentor() {
        return mentor;
    }

    public void setMentor(Person mentor) {
        this.mentor = mentor;
    }
}
