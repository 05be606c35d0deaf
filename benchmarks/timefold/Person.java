package staffing;

import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import java.util.stream.LongStream;

/** Somebody with hours per period. */
public final class Person {
    final Facts facts;
    final String id;
    final int maxLearners;
    final boolean hasTopTalent;
    final long stretchPrice;
    final long[] available;
    final long hoursAvailable;

    @PlanningId
    private final Integer number;

    Person(Facts facts, int number, String id, int maxLearners, boolean hasTopTalent, long stretchPrice, long[] available) {
        this.facts = facts;
        this.number = number;
        this.id = id;
        this.maxLearners = maxLearners;
        this.hasTopTalent = hasTopTalent;
        this.stretchPrice = stretchPrice;
        this.available = available;
        hoursAvailable = LongStream.of(available).sum();
    }

    public Integer getNumber() {
        return number;
    }

    @Override
    public String toString() {
        return id;
    }
}
