package staffing;

import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.move.AbstractMove;
import ai.timefold.solver.core.impl.heuristic.selector.move.factory.MoveIteratorFactory;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/**
 * Changes of two slots at once: blocks of hours go from one to another of the same activity or the same person, or two
 * slots trade their people.
 */
public final class Moves implements MoveIteratorFactory<Schedule, AbstractMove<Schedule>> {
    /** Slots of an activity, and those of a project, are numbered one after the other: how far to look for others. */
    private static final int TEAM = 4;
    private static final int PROJECT = 20;

    @Override
    public long getSize(ScoreDirector<Schedule> director) {
        return 10L * director.getWorkingSolution().getSlots().size();
    }

    @Override
    public Iterator<AbstractMove<Schedule>> createOriginalMoveIterator(ScoreDirector<Schedule> director) {
        throw new UnsupportedOperationException("these moves are random");
    }

    @Override
    public Iterator<AbstractMove<Schedule>> createRandomMoveIterator(ScoreDirector<Schedule> director, Random random) {
        List<Slot> slots = director.getWorkingSolution().getSlots();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !slots.isEmpty();
            }

            @Override
            public AbstractMove<Schedule> next() {
                Slot one = slots.get(random.nextInt(slots.size()));
                switch (random.nextInt(4)) {
                    case 0:
                        return new Shift(one, near(one, TEAM), 1 + random.nextInt(5));
                    case 1:
                        return new Shift(one, another(one), 1 + random.nextInt(5));
                    case 2:
                        return new Trade(one, near(one, PROJECT));
                    default:
                        return new Trade(one, slots.get(random.nextInt(slots.size())));
                }
            }

            /** Another slot of the same person, the first after some place or other. */
            private Slot another(Slot one) {
                int start = random.nextInt(slots.size());
                for (int n = 0; n < slots.size() && one.getPerson() != null; n++) {
                    Slot other = slots.get((start + n) % slots.size());
                    if (other != one && other.getPerson() == one.getPerson()) {
                        return other;
                    }
                }
                return one;
            }

            private Slot near(Slot one, int far) {
                int number = one.getNumber() - far + random.nextInt(2 * far + 1);
                return slots.get(Math.max(0, Math.min(slots.size() - 1, number)));
            }
        };
    }

    /** Some blocks from one slot to another. */
    private static final class Shift extends AbstractMove<Schedule> {
        private final Slot from;
        private final Slot to;
        private final int blocks;

        Shift(Slot from, Slot to, int blocks) {
            this.from = from;
            this.to = to;
            this.blocks = blocks;
        }

        @Override
        public boolean isMoveDoable(ScoreDirector<Schedule> director) {
            return from != to
                    && from.getPerson() != null
                    && to.getPerson() != null
                    && (from.activity == to.activity || from.getPerson() == to.getPerson())
                    && from.getBlocks() - blocks >= from.activity.least / from.activity.facts.block
                    && to.getBlocks() + blocks <= to.activity.asked / to.activity.facts.block;
        }

        @Override
        protected void doMoveOnGenuineVariables(ScoreDirector<Schedule> director) {
            set(director, from, from.getBlocks() - blocks);
            set(director, to, to.getBlocks() + blocks);
        }

        private static void set(ScoreDirector<Schedule> director, Slot slot, int blocks) {
            director.beforeVariableChanged(slot, "blocks");
            slot.setBlocks(blocks);
            director.afterVariableChanged(slot, "blocks");
        }

        @Override
        public Shift rebase(ScoreDirector<Schedule> destination) {
            return new Shift(destination.lookUpWorkingObject(from), destination.lookUpWorkingObject(to), blocks);
        }
    }

    /** The people of two slots, where each may have the other's. */
    private static final class Trade extends AbstractMove<Schedule> {
        private final Slot one;
        private final Slot other;

        Trade(Slot one, Slot other) {
            this.one = one;
            this.other = other;
        }

        @Override
        public boolean isMoveDoable(ScoreDirector<Schedule> director) {
            return one.getPerson() != other.getPerson()
                    && one.activity != other.activity
                    && may(other.getPerson(), one)
                    && may(one.getPerson(), other);
        }

        private static boolean may(Person person, Slot slot) {
            return person == null || slot.activity.pairs.containsKey(person);
        }

        @Override
        protected void doMoveOnGenuineVariables(ScoreDirector<Schedule> director) {
            Person person = one.getPerson();
            set(director, one, other.getPerson());
            set(director, other, person);
        }

        private static void set(ScoreDirector<Schedule> director, Slot slot, Person person) {
            director.beforeVariableChanged(slot, "person");
            slot.setPerson(person);
            director.afterVariableChanged(slot, "person");
        }

        @Override
        public Trade rebase(ScoreDirector<Schedule> destination) {
            return new Trade(destination.lookUpWorkingObject(one), destination.lookUpWorkingObject(other));
        }
    }
}
