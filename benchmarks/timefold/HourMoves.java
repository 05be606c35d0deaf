package staffing;

import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.move.AbstractMove;
import ai.timefold.solver.core.impl.heuristic.move.Move;
import ai.timefold.solver.core.impl.heuristic.selector.move.factory.MoveIteratorFactory;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Blocks of hours go from one slot to another: of the same activity, or of the same person. */
public final class HourMoves implements MoveIteratorFactory<Schedule, HourMoves.Shift> {
    @Override
    public long getSize(ScoreDirector<Schedule> director) {
        return 10L * director.getWorkingSolution().getSlots().size();
    }

    @Override
    public Iterator<Shift> createOriginalMoveIterator(ScoreDirector<Schedule> director) {
        throw new UnsupportedOperationException("these moves are random");
    }

    @Override
    public Iterator<Shift> createRandomMoveIterator(ScoreDirector<Schedule> director, Random random) {
        List<Slot> slots = director.getWorkingSolution().getSlots();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !slots.isEmpty();
            }

            @Override
            public Shift next() {
                Slot from = slots.get(random.nextInt(slots.size()));
                Slot to = from;
                if (from.getPerson() != null && random.nextBoolean()) {
                    List<Slot> mine = from.getPerson().getSlots();
                    to = mine.get(random.nextInt(mine.size()));
                } else {
                    int near = from.getNumber() - 4 + random.nextInt(9);
                    to = slots.get(Math.max(0, Math.min(slots.size() - 1, near)));
                    to = to.activity == from.activity ? to : from;
                }
                return new Shift(from, to, 1 + random.nextInt(5));
            }
        };
    }

    /** Some blocks from one slot to another. */
    public static final class Shift extends AbstractMove<Schedule> {
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
            return new Shift(
                    destination.lookUpWorkingObject(from), destination.lookUpWorkingObject(to), blocks);
        }

        @Override
        public String toString() {
            return blocks + " blocks from " + from.getNumber() + " to " + to.getNumber();
        }
    }
}
