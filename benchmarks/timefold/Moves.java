package staffing;

import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.move.AbstractMove;
import ai.timefold.solver.core.impl.heuristic.selector.move.factory.MoveIteratorFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * Moves that keep most rules on the way. Somebody new in a slot gets the hours that they have and the activity lacks, if
 * need be by leaving another slot; slots trade their people; hours go from one slot to another of the same activity or
 * person; somebody on the team becomes a mentor.
 */
public final class Moves implements MoveIteratorFactory<Schedule, AbstractMove<Schedule>> {
    /** Slots of a project are numbered one after the other: how far to look for its others. */
    private static final int PROJECT = 20;
    private static final int MOST_BLOCKS = 5;

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
                return new Maker(slots, random).make();
            }
        };
    }

    /** Puts one move together. */
    private static final class Maker {
        private final List<Slot> slots;
        private final Random random;
        private final List<Change> changes = new ArrayList<>();

        Maker(List<Slot> slots, Random random) {
            this.slots = slots;
            this.random = random;
        }

        /** A move; one without changes is none. */
        Several make() {
            Slot one = some(slots);
            switch (random.nextInt(8)) {
                case 0 -> shift(one, some(team(one)));
                case 1 -> shift(one, another(one, one.getPerson()));
                case 2 -> teach(one, some(team(one)));
                case 3 -> put(one, one.getPerson());
                case 4 -> trade(one, slots.get(near(one.getNumber())));
                case 5 -> trade(one, some(slots));
                default -> replace(one, some(one.activity.eligible));
            }
            return new Several(changes);
        }

        private List<Slot> team(Slot slot) {
            return slots.subList(slot.activity.firstSlot, slot.activity.firstSlot + slot.activity.places);
        }

        private <A> A some(List<A> all) {
            return all.get(random.nextInt(all.size()));
        }

        private int near(int number) {
            int other = number - PROJECT + random.nextInt(2 * PROJECT + 1);
            return Math.max(0, Math.min(slots.size() - 1, other));
        }

        /** Another slot of a person, the first after some place or other; null if there is none. */
        private Slot another(Slot one, Person person) {
            int start = random.nextInt(slots.size());
            for (int n = 0; n < slots.size() && person != null; n++) {
                Slot other = slots.get((start + n) % slots.size());
                if (other != one && other.getPerson() == person) {
                    return other;
                }
            }
            return null;
        }

        private void shift(Slot from, Slot to) {
            int blocks = 1 + random.nextInt(MOST_BLOCKS);
            if (to == null
                    || from == to
                    || from.getPerson() == null
                    || to.getPerson() == null
                    || from.getBlocks() - blocks < from.activity.leastBlocks()
                    || to.getBlocks() + blocks > to.activity.mostBlocks()) {
                return;
            }
            changes.add(new Change(from, from.getPerson(), from.getBlocks() - blocks, from.getMentor()));
            changes.add(new Change(to, to.getPerson(), to.getBlocks() + blocks, to.getMentor()));
        }

        private void teach(Slot one, Slot other) {
            if (one != other && one.getPerson() != null && one.activity.mentors.contains(other.getPerson())) {
                changes.add(new Change(one, one.getPerson(), one.getBlocks(), other.getPerson()));
            }
        }

        private void trade(Slot one, Slot other) {
            Person first = one.getPerson();
            Person second = other.getPerson();
            if (first != second && one.activity != other.activity && may(second, one) && may(first, other)) {
                leave(one);
                leave(other);
                put(one, second);
                put(other, first);
            }
        }

        private static boolean may(Person person, Slot slot) {
            return person == null || slot.activity.pairs.containsKey(person);
        }

        private void replace(Slot one, Person person) {
            for (Slot other : team(one)) {
                if (other.getPerson() == person) {
                    return;
                }
            }
            leave(one);
            if (!put(one, person)) {
                Slot elsewhere = another(one, person);
                if (elsewhere == null) {
                    changes.clear();
                    return;
                }
                leave(elsewhere);
                if (!put(one, person)) {
                    changes.clear();
                }
            }
        }

        /** Nobody has a slot any more, nor whoever had it as a mentor there. */
        private void leave(Slot slot) {
            if (slot.getPerson() == null) {
                return;
            }
            changes.add(new Change(slot, null, slot.getBlocks(), null));
            for (Slot other : team(slot)) {
                if (other != slot && other.getMentor() == slot.getPerson()) {
                    changes.add(new Change(other, other.getPerson(), other.getBlocks(), null));
                }
            }
        }

        /** Give somebody a slot with all the hours that they have and the activity lacks, or a part; false: too few. */
        private boolean put(Slot slot, Person person) {
            if (person == null) {
                return true;
            }
            Facts facts = slot.activity.facts;
            int lacking = slot.activity.mostBlocks();
            List<int[]> tasks = new ArrayList<>();
            for (Slot other : team(slot)) {
                if (other != slot && person(other) != null) {
                    lacking -= blocks(other);
                }
            }
            for (Slot other : slots) {
                if (other != slot && person(other) == person) {
                    tasks.add(new int[] {other.activity.first, other.activity.last, blocks(other) * facts.block});
                } else if (other.getMentor() == person && other.learns()) {
                    tasks.add(new int[] {other.activity.first, other.activity.last, facts.mentorHours});
                }
            }
            int least = slot.activity.leastBlocks();
            int low = least - 1;
            int high = lacking;
            while (low < high) {
                int middle = (low + high + 1) / 2;
                List<int[]> all = new ArrayList<>();
                tasks.forEach(task -> all.add(task.clone()));
                all.add(new int[] {slot.activity.first, slot.activity.last, middle * facts.block});
                if (Load.shortfall(person, all) == 0) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            if (low < least) {
                return false;
            }
            int given = random.nextInt(4) > 0 ? low : least + random.nextInt(low - least + 1);
            changes.add(new Change(slot, person, given, slot.getPerson() == person ? slot.getMentor() : null));
            return true;
        }

        /** Who has a slot, and how much of it, as the move stands by now. */
        private Person person(Slot slot) {
            Change last = last(slot);
            return last == null ? slot.getPerson() : last.person;
        }

        private int blocks(Slot slot) {
            Change last = last(slot);
            return last == null ? slot.getBlocks() : last.blocks;
        }

        private Change last(Slot slot) {
            for (int n = changes.size() - 1; n >= 0; n--) {
                if (changes.get(n).slot == slot) {
                    return changes.get(n);
                }
            }
            return null;
        }
    }

    /** What a slot becomes. */
    private record Change(Slot slot, Person person, int blocks, Person mentor) {
        boolean isOne() {
            return slot.getPerson() != person || slot.getBlocks() != blocks || slot.getMentor() != mentor;
        }

        void make(ScoreDirector<Schedule> director) {
            if (slot.getPerson() != person) {
                director.beforeVariableChanged(slot, "person");
                slot.setPerson(person);
                director.afterVariableChanged(slot, "person");
            }
            if (!Objects.equals(slot.getBlocks(), blocks)) {
                director.beforeVariableChanged(slot, "blocks");
                slot.setBlocks(blocks);
                director.afterVariableChanged(slot, "blocks");
            }
            if (slot.getMentor() != mentor) {
                director.beforeVariableChanged(slot, "mentor");
                slot.setMentor(mentor);
                director.afterVariableChanged(slot, "mentor");
            }
        }
    }

    /** Several changes, one after the other. */
    private static final class Several extends AbstractMove<Schedule> {
        private final List<Change> changes;

        Several(List<Change> changes) {
            this.changes = changes;
        }

        @Override
        public boolean isMoveDoable(ScoreDirector<Schedule> director) {
            return changes.stream().anyMatch(Change::isOne);
        }

        @Override
        protected void doMoveOnGenuineVariables(ScoreDirector<Schedule> director) {
            changes.forEach(change -> change.make(director));
        }

        @Override
        public Several rebase(ScoreDirector<Schedule> destination) {
            return new Several(changes.stream()
                    .map(one -> new Change(
                            destination.lookUpWorkingObject(one.slot), one.person, one.blocks, one.mentor))
                    .toList());
        }
    }
}
