package staffing;

import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.solver.Solver;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.solver.SolverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads facts, solves until a moment (seconds since 1970), tells each better plan, and writes the last one. */
public final class Main {
    private static final double UNIT = 10_000;
    /** Seconds kept for writing the plan. */
    private static final double WRITING = 0.3;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Facts facts = new Facts(Path.of(arguments[0]));
        Path plan = Path.of(arguments[1]);
        double until = Double.parseDouble(arguments[2]);
        Schedule schedule = new Schedule(facts);
        SolverConfig config = SolverConfig.createFromXmlFile(Path.of(arguments[4]).toFile());
        config.setRandomSeed(Long.parseLong(arguments[3]));
        double left = Math.max(0.1, until - System.currentTimeMillis() / 1000.0 - WRITING);
        config.getTerminationConfig().setSpentLimit(Duration.ofMillis((long) (1000 * left)));
        Solver<Schedule> solver = SolverFactory.<Schedule>create(config).buildSolver();
        solver.addEventListener(event -> {
            HardSoftLongScore score = (HardSoftLongScore) event.getNewBestScore();
            if (score.isFeasible()) {
                System.out.printf(Locale.ROOT, "{\"best\": %.4f}%n", -score.softScore() / UNIT);
            }
        });
        Schedule best = solver.solve(schedule);
        System.err.println(best.getScore());
        if (best.getScore().isFeasible()) {
            Files.writeString(plan, json(best));
        }
    }

    /** The plan as docs/portfolio-format.md has it; ids need no escapes. */
    private static String json(Schedule schedule) {
        List<String> bookings = new ArrayList<>();
        List<String> learning = new ArrayList<>();
        for (Slot slot : schedule.getSlots()) {
            if (slot.hours() == 0) {
                continue;
            }
            String pair = "\"person\": \"" + slot.getPerson().id + "\", \"activity\": \"" + slot.activity.id + "\"";
            bookings.add("{" + pair + ", \"hours\": " + slot.hours() + "}");
            if (!slot.learns()) {
                continue;
            }
            int taught = slot.pair().canLearn() & slot.activity.pairs.get(slot.getMentor()).meets();
            for (Facts.Requirement requirement : slot.activity.requirements) {
                if ((taught >> requirement.index() & 1) == 1) {
                    learning.add("{" + pair + ", \"term\": \"" + requirement.term() + "\", \"mentor\": \""
                            + slot.getMentor().id + "\"}");
                }
            }
        }
        return "{\"bookings\": [" + String.join(", ", bookings) + "], \"learning\": [" + String.join(", ", learning) + "]}";
    }
}
