package staffing;

import static ai.timefold.solver.core.api.score.stream.ConstraintCollectors.sum;
import static ai.timefold.solver.core.api.score.stream.ConstraintCollectors.toList;

import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;
import ai.timefold.solver.core.api.score.stream.ConstraintProvider;
import ai.timefold.solver.core.api.score.stream.uni.UniConstraintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * All rules of docs/model.md. What rules ask of one person, of one team and of one project is counted once for all of
 * them, and again only where a move touched it. Hard scores are hours, or 8 for each person; soft ones are the cost,
 * less what people without any work cost (Load.idle): streams have no groups for them.
 */
public final class Rules implements ConstraintProvider {
    private static final long PERSON = 8;

    @Override
    public Constraint[] defineConstraints(ConstraintFactory factory) {
        UniConstraintStream<Slot> slots = factory.forEachIncludingUnassigned(Slot.class);
        UniConstraintStream<Slot> booked = slots.filter(slot -> slot.getPerson() != null);
        UniConstraintStream<Load> loads = booked.map(Slot::getPerson, slot -> slot)
                .concat(booked.filter(Slot::learns).map(Slot::getMentor, slot -> slot))
                .groupBy((person, slot) -> person, toListOfSlots())
                .map(Load::new);
        UniConstraintStream<Team> teams = slots.groupBy(Slot::getActivity, toList()).map(Team::new);
        List<Constraint> all = new ArrayList<>();
        all.add(hard(loads, "availability", load -> load.unavailable));
        all.add(hard(loads, "stretch_cap", Load::overStretched));
        all.add(hard(loads, "mentoring: learners", load ->
                PERSON * Math.max(0, load.learners - load.person.maxLearners)));
        all.add(hard(teams, "team_size", team -> PERSON * team.wrongSize()));
        all.add(hard(teams, "must_requirement", team -> PERSON * team.missingThatMust()));
        all.add(hard(teams, "expert_hours", Team::expertHoursShort));
        all.add(hard(teams, "overbooking", Team::overbooked));
        all.add(hard(teams, "mentoring: mentors", team -> PERSON * team.withoutMentor()));
        all.add(hard(booked, "eligibility", slot -> slot.pair().able() || slot.learns() ? 0 : slot.hours()));
        all.add(booked.filter(slot -> slot.pair().group() >= 0)
                .groupBy(slot -> slot.activity.facts.lending.get(slot.pair().group()), sum(Slot::hours))
                .filter((group, hours) -> 100L * hours > group.limit())
                .penalizeLong(HardSoftLongScore.ONE_HARD, (group, hours) -> (100L * hours - group.limit() + 99) / 100)
                .asConstraint("lending_cap"));
        all.add(soft(teams, "staffing", Team::staffing));
        all.add(soft(teams, "expertise_coverage, talent_coverage", Team::coverage));
        all.add(soft(teams, "stability", Team::stability));
        all.add(soft(booked, "expertise_fit, talent_fit, energy, lending", slot ->
                slot.pair().pricePerHour() * slot.hours()));
        all.add(soft(loads, "talent_use", Load::talentUse));
        all.add(soft(loads, "role_width", Load::roleWidth));
        all.add(soft(loads, "responsibility", Load::responsibility));
        all.add(soft(loads, "stretch", Load::stretch));
        all.add(loads.impactLong(HardSoftLongScore.ONE_SOFT, Load::balanced).asConstraint("load_balance"));
        all.add(soft(loads, "focus", Load::focus));
        all.add(slots.filter(slot -> !slot.getProject().critical.isEmpty())
                .groupBy(Slot::getProject, toList())
                .penalizeLong(HardSoftLongScore.ONE_SOFT, Team::continuity)
                .asConstraint("continuity"));
        return all.toArray(Constraint[]::new);
    }

    private static ai.timefold.solver.core.api.score.stream.bi.BiConstraintCollector<Person, Slot, ?, List<Slot>>
            toListOfSlots() {
        return toList((person, slot) -> slot);
    }

    private static <A> Constraint hard(UniConstraintStream<A> stream, String name, ToLongFunction<A> amount) {
        return stream.filter(one -> amount.applyAsLong(one) > 0)
                .penalizeLong(HardSoftLongScore.ONE_HARD, amount)
                .asConstraint(name);
    }

    private static <A> Constraint soft(UniConstraintStream<A> stream, String name, ToLongFunction<A> cost) {
        return stream.penalizeLong(HardSoftLongScore.ONE_SOFT, cost).asConstraint(name);
    }
}
