package staffing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/** What a portfolio says, read from numbers parted by spaces; see timefold.py for their order. Prices are in ten-thousandths. */
final class Facts {
    final int periods;
    final int block;
    final int mentorHours;
    final int expertShare;
    final long[] stretchCap;
    final long[] talentUse;
    final long[] roleWidth;
    final long[] responsibility;
    final long[] stretch;
    final long[] load;
    final long[] focus;
    final int kinds;
    final List<Person> people = new ArrayList<>();
    final List<Project> projects = new ArrayList<>();
    final List<Activity> activities = new ArrayList<>();
    final List<LendingGroup> lending = new ArrayList<>();

    private final StringTokenizer tokens;

    Facts(Path file) throws IOException {
        tokens = new StringTokenizer(Files.readString(file));
        periods = number();
        block = number();
        mentorHours = number();
        expertShare = number();
        kinds = number();
        stretchCap = numbers(2);
        talentUse = numbers(3);
        roleWidth = numbers(3);
        responsibility = numbers(3);
        stretch = numbers(2);
        load = numbers(3);
        focus = numbers(2);
        for (int left = number(); left > 0; left--) {
            lending.add(new LendingGroup(numbers(1)[0]));
        }
        int numberOfPeople = number();
        for (int p = 0; p < numberOfPeople; p++) {
            people.add(new Person(this, p, tokens.nextToken(), number(), number() == 1, numbers(1)[0], numbers(periods)));
        }
        int numberOfProjects = number();
        for (int j = 0; j < numberOfProjects; j++) {
            projects.add(new Project());
        }
        int numberOfActivities = number();
        for (int a = 0; a < numberOfActivities; a++) {
            activities.add(activity());
        }
    }

    private Activity activity() {
        Activity activity = new Activity(this, tokens.nextToken(), projects.get(number()));
        activity.first = number();
        activity.last = number();
        activity.teamMin = number();
        activity.teamMax = number();
        activity.asked = number();
        activity.least = number();
        activity.kind = number();
        activity.responsibility = number() == 1;
        activity.staffingPrice = numbers(1)[0];
        int requirements = number();
        for (int r = 0; r < requirements; r++) {
            Requirement requirement = new Requirement(
                    tokens.nextToken(), r, number(), number() == 1, numbers(1)[0], numbers(1)[0], new BitSet());
            for (int left = number(); left > 0; left--) {
                requirement.metBy().set(number());
            }
            activity.requirements.add(requirement);
            if (requirement.continuityPrice() > 0) {
                activity.project.critical.add(requirement);
            }
        }
        int pairs = number();
        for (int i = 0; i < pairs; i++) {
            Person person = people.get(number());
            Pair pair = new Pair(
                    number() == 1, number() == 1, number() == 1, numbers(1)[0], number(), number(), number());
            activity.eligible.add(person);
            activity.pairs.put(person, pair);
            if (pair.meets() != 0) {
                activity.mentors.add(person);
            }
        }
        int incumbents = number();
        for (int i = 0; i < incumbents; i++) {
            activity.incumbents.add(new Incumbent(people.get(number()), number(), numbers(1)[0]));
        }
        return activity;
    }

    private int number() {
        return Integer.parseInt(tokens.nextToken());
    }

    private long[] numbers(int count) {
        long[] found = new long[count];
        for (int i = 0; i < count; i++) {
            found[i] = Long.parseLong(tokens.nextToken());
        }
        return found;
    }

    /** Foreign bookings that share a limit, in hundredths of hours. */
    record LendingGroup(long limit) {}

    /** A term at a level that so many people must or should meet; metBy: everybody who does, of a critical one alone. */
    record Requirement(
            String term, int index, int people, boolean must, long price, long continuityPrice, BitSet metBy) {}

    /** Somebody's hours of today on an activity. */
    record Incumbent(Person person, int hours, long price) {}

    /** What a person brings to an activity; meets and canLearn: a bit for each requirement; group: of lending, or -1. */
    record Pair(boolean able, boolean expert, boolean usesTopTalent, long pricePerHour, int group, int meets, int canLearn) {}

    static final class Project {
        /** What the project must not have one person for alone. */
        final List<Requirement> critical = new ArrayList<>();
    }

    static final class Activity {
        final Facts facts;
        final String id;
        final Project project;
        int first;
        int last;
        int teamMin;
        int teamMax;
        int asked;
        int least;
        int kind;
        boolean responsibility;
        long staffingPrice;
        final List<Requirement> requirements = new ArrayList<>();
        final List<Person> eligible = new ArrayList<>();
        final List<Person> mentors = new ArrayList<>();
        final Map<Person, Pair> pairs = new HashMap<>();
        final List<Incumbent> incumbents = new ArrayList<>();

        /** Where its slots are among all, and how many it has. */
        int firstSlot;
        int places;

        Activity(Facts facts, String id, Project project) {
            this.facts = facts;
            this.id = id;
            this.project = project;
        }

        int leastBlocks() {
            return least / facts.block;
        }

        int mostBlocks() {
            return asked / facts.block;
        }
    }
}
