package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.spark.report.Timeline.Span;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTimelinesTest {
  private static final double ROUNDING = 1e-9;

  @Test
  void aReplicaThatMovesToAnotherExecutorMovesToItsRow() throws Exception {
    Timeline timeline =
        timeline(round(1, 0, 4, rank(0, "2", 0.5, "")), round(2, 4_000, 4, rank(0, "10", 0.5, "")));

    assertThat(timeline.rows()).containsExactly("executor 2, node-2", "executor 10, node-10");
    assertThat(computed(timeline, 0)).containsExactly(0.75);
    assertThat(computed(timeline, 1)).containsExactly(4.75);
  }

  @Test
  void tasksThatAnExecutorRunsAtOnceHaveRowsOfTheirOwn() throws Exception {
    Timeline timeline =
        timeline(round(1, 0, 4, rank(0, "1", 0.5, "") + "," + rank(1, "1", 0.25, "")));

    assertThat(timeline.rows()).containsExactly("executor 1, node-1", "executor 1, node-1 (2)");
    assertThat(computed(timeline, 0)).containsExactly(0.75);
    assertThat(computed(timeline, 1)).containsExactly(0.5);
  }

  @Test
  void aLateReplicaIsDrawnFromTheRoundInWhichItBegan() throws Exception {
    String late = ",\"late\":true";
    Timeline timeline =
        timeline(
            round(1, 0, 4, rank(0, "1", 0.5, "")),
            round(2, 4_000, 4, rank(0, "1", 0.5, "") + "," + rank(1, "2", -3.5, late)),
            round(3, 8_000, 4, rank(0, "1", 0.5, "") + "," + rank(2, "1", -7.5, late)));

    assertThat(timeline.rows())
        .containsExactly("executor 1, node-1", "executor 1, node-1 (2)", "executor 2, node-2");
    assertThat(computed(timeline, 0)).containsExactly(0.75, 4.75, 8.75);
    assertThat(computed(timeline, 1)).containsExactly(0.75);
    assertThat(computed(timeline, 2)).containsExactly(0.75);
    assertThat(ofRow(timeline, 2).get(0).start()).isCloseTo(0.5, within(ROUNDING));
    assertThat(ofRow(timeline, 2)).last().extracting(Span::end).isEqualTo(8.0);
  }

  @Test
  void timesThatDoNotFitTheRoundEndWithIt() throws Exception {
    Timeline timeline = timeline(round(1, 0, 1, rank(0, "1", 0.5, "")));

    assertThat(ofRow(timeline, 0)).last().extracting(Span::end).isEqualTo(1.0);
    assertThat(ofRow(timeline, 0).stream().mapToDouble(span -> span.end() - span.start()).sum())
        .isCloseTo(1, within(ROUNDING));
  }

  @Test
  void anExecutorAveragesWhenItsShardsDo() throws Exception {
    Timeline timeline = timeline(round(1, 0, 4, rank(0, "1", 0.5, "")));

    Span average =
        ofRow(timeline, 0).stream()
            .filter(span -> span.kind().equals("average"))
            .findFirst()
            .orElseThrow();
    assertThat(average.start()).isCloseTo(3.25, within(ROUNDING));
    assertThat(average.end()).isCloseTo(3.75, within(ROUNDING));
  }

  private static Timeline timeline(String... rounds) throws JsonProcessingException {
    List<JsonNode> lines = new ArrayList<>();
    for (String round : rounds) {
      lines.add(new ObjectMapper().readTree(round));
    }
    return new RoundTimelines(lines).timeline();
  }

  /** Executor 1 takes the outer steps of two shards. */
  private static String round(int number, int startMillis, int seconds, String ranks) {
    return """
        {"event":"timeline","round":%d,"start_millis":%d,"seconds":%d,"ranks":[%s],"averages":[
         {"shard":0,"executor":"1","host":"node-1","start":3.25,"seconds":{"average":0.25}},
         {"shard":1,"executor":"1","host":"node-1","start":3.5,"seconds":{"average":0.25}}]}
        """
        .formatted(number, startMillis, seconds, ranks);
  }

  /** Computes 0.25 s after it has begun, for 2 s. */
  private static String rank(int rank, String executor, double start, String more) {
    return """
        {"rank":%d,"executor":"%s","host":"node-%s.example.org","start":%s%s,
         "seconds":{"set_up":0.125,"gather":0.125,"compute":2,"hand_out":0.125}}
        """
        .formatted(rank, executor, executor, start, more);
  }

  /** When a row computes. */
  private static List<Double> computed(Timeline timeline, int row) {
    return ofRow(timeline, row).stream()
        .filter(span -> span.kind().equals("compute"))
        .map(Span::start)
        .toList();
  }

  private static List<Span> ofRow(Timeline timeline, int row) {
    return timeline.spans().stream().filter(span -> span.row() == row).toList();
  }
}
