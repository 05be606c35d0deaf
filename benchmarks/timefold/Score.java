package staffing;

import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.calculator.IncrementalScoreCalculator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All rules of docs/model.md, counted anew only for the people, teams and projects that a move touched. Hard scores are
 * hours, or 8 for each person; soft ones are the cost.
 */
public final class Score implements IncrementalScoreCalculator<Schedule, HardSoftLongScore> {
    /** A part of the score: what one person, team or project adds to it, from the slots that are about it. */
    private abstract static class Part {
        final List<Slot> slots = new ArrayList<>();
        long hard;
        long soft;

        abstract void count();
    }

    private final Map<Object, Part> parts = new HashMap<>();
    private final Set<Part> touched = new LinkedHashSet<>();
    private long[] lent;
    private long hard;
    private long soft;

    @Override
    public void resetWorkingSolution(Schedule schedule) {
        parts.clear();
        touched.clear();
        hard = 0;
        soft = 0;
        for (Person person : schedule.getPeople()) {
            add(person, new Part() {
                @Override
                void count() {
                    Load load = new Load(person, slots);
                    hard = load.hard();
                    soft = load.soft();
                }
            });
        }
        lent = new long[schedule.getPeople().isEmpty() ? 0 : schedule.getPeople().get(0).facts.lending.size()];
        for (Slot slot : schedule.getSlots()) {
            Facts.Activity activity = slot.activity;
            if (!parts.containsKey(activity)) {
                add(activity, new Part() {
                    @Override
                    void count() {
                        Team team = new Team(activity, slots);
                        hard = team.hard();
                        soft = team.soft();
                    }
                });
            }
            if (!parts.containsKey(activity.project)) {
                add(activity.project, new Part() {
                    @Override
                    void count() {
                        soft = Team.continuity(activity.project, slots);
                    }
                });
            }
            parts.get(activity).slots.add(slot);
            parts.get(activity.project).slots.add(slot);
            include(slot);
        }
    }

    private void add(Object about, Part part) {
        parts.put(about, part);
        touched.add(part);
    }

    private void include(Slot slot) {
        touch(slot);
        if (slot.getPerson() != null) {
            parts.get(slot.getPerson()).slots.add(slot);
            lend(slot, slot.hours());
        }
        if (slot.learns()) {
            parts.get(slot.getMentor()).slots.add(slot);
        }
    }

    private void exclude(Slot slot) {
        touch(slot);
        if (slot.getPerson() != null) {
            parts.get(slot.getPerson()).slots.remove(slot);
            lend(slot, -slot.hours());
        }
        if (slot.learns()) {
            parts.get(slot.getMentor()).slots.remove(slot);
        }
    }

    private void touch(Slot slot) {
        touched.add(parts.get(slot.activity));
        if (!slot.activity.project.critical.isEmpty()) {
            touched.add(parts.get(slot.activity.project));
        }
        if (slot.getPerson() != null) {
            touched.add(parts.get(slot.getPerson()));
        }
        if (slot.learns()) {
            touched.add(parts.get(slot.getMentor()));
        }
    }

    private void lend(Slot slot, int hours) {
        int group = slot.pair().group();
        if (group >= 0) {
            long limit = slot.activity.facts.lending.get(group).limit();
            hard -= over(lent[group], limit);
            lent[group] += hours;
            hard += over(lent[group], limit);
        }
    }

    private static long over(long hours, long limit) {
        return (Math.max(0, 100 * hours - limit) + 99) / 100;
    }

    @Override
    public void beforeVariableChanged(Object entity, String variable) {
        exclude((Slot) entity);
    }

    @Override
    public void afterVariableChanged(Object entity, String variable) {
        include((Slot) entity);
    }

    @Override
    public HardSoftLongScore calculateScore() {
        for (Part part : touched) {
            hard -= part.hard;
            soft -= part.soft;
            part.count();
            hard += part.hard;
            soft += part.soft;
        }
        touched.clear();
        return HardSoftLongScore.of(-hard, -soft);
    }

    @Override
    public void beforeEntityAdded(Object entity) {}

    @Override
    public void afterEntityAdded(Object entity) {}

    @Override
    public void beforeEntityRemoved(Object entity) {}

    @Override
    public void afterEntityRemoved(Object entity) {}
}
