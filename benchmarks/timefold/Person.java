package staffing;

import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.variable.InverseRelationShadowVariable;
import java.util.ArrayList;
import java.util.List;

/** Somebody with hours per period, and the slots they are in. */
@PlanningEntity
public class Person {
    Facts facts;
    String id;
    int maxLearners;
    boolean hasTopTalent;
    long stretchPrice;
    long[] available;
    long hoursAvailable;

    @PlanningId
    private Integer number;

    @InverseRelationShadowVariable(sourceVariableName = "person")
    private List<Slot> slots = new ArrayList<>();

    public Person() {}

    Person(Facts facts, int number, String id, int maxLearners, boolean hasTopTalent, long stretchPrice, long[] available) {
        this.facts = facts;
        this.number = number;
        this.id = id;
        this.maxLearners = maxLearners;
        this.hasTopTalent = hasTopTalent;
        this.stretchPrice = stretchPrice;
        this.available = available;
        for (long hours : available) {
            hoursAvailable += hours;
        }
    }

    public Integer getNumber() {
        return number;
    }

    public List<Slot> getSlots() {
        return slots;
    }

    public void setSlots(List<Slot> slots) {
        this.slots = slots;
    }

    @Override
    public String toString() {
        return id;
    }
}
