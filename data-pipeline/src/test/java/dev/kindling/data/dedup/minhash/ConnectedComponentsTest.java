package dev.kindling.data.dedup.minhash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.dedup.TestDocuments;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectedComponentsTest {
  private static final String SCHEMA = "one INT, other INT";

  @Test
  void aLargeStarLeadsToTheSmallestNeighbour() {
    // The neighbours of 3 are 2, 4 and 5; of 2 only 3; of 4 and 5 only 3.
    Dataset<Row> graph =
        edges(List.of(edge(3, 2), edge(4, 3), edge(5, 3))).toDF("larger", "smaller");
    assertThat(ConnectedComponents.largeStar(graph).collectAsList())
        .containsExactlyInAnyOrder(edge(3, 2), edge(4, 2), edge(5, 2));
  }

  @Test
  void aSmallStarJoinsTheSmallerNeighboursOfANode() {
    Dataset<Row> graph =
        edges(List.of(edge(5, 2), edge(5, 3), edge(5, 4))).toDF("larger", "smaller");
    assertThat(ConnectedComponents.smallStar(graph).collectAsList())
        .containsExactlyInAnyOrder(edge(5, 2), edge(3, 2), edge(4, 2));
  }

  @Test
  void loopsAndRepeatedEdgesDoNoHarm() {
    List<Row> rows = List.of(edge(7, 7), edge(1, 2), edge(2, 1), edge(2, 2), edge(1, 2));
    assertThat(components(rows)).isEqualTo(Map.of(1, 1, 2, 1));
  }

  @Test
  void noEdgesHaveNoComponents() {
    assertThat(components(List.of())).isEmpty();
  }

  @Test
  void aPathOfThousandNodesIsOneComponent() {
    List<Integer> nodes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      nodes.add(i);
    }
    Collections.shuffle(nodes, new Random(3));
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i < 1_000; i++) {
      rows.add(edge(nodes.get(i - 1), nodes.get(i)));
    }
    Map<Integer, Integer> components = components(rows);
    assertThat(components).hasSize(1_000);
    assertThat(components.values()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"600, 300, 2", "600, 500, 3"})
  void randomGraphsHaveTheComponentsOfUnionFind(int numNodes, int numEdges, long seed) {
    Random random = new Random(seed);
    UnionFind expected = new UnionFind(numNodes);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < numEdges; i++) {
      int one = random.nextInt(numNodes);
      int other = random.nextInt(numNodes);
      expected.union(one, other);
      rows.add(edge(one, other));
    }
    Map<Integer, Integer> components = components(rows);
    for (int node = 0; node < numNodes; node++) {
      assertThat(components.getOrDefault(node, node)).isEqualTo(expected.find(node));
    }
  }

  private static Map<Integer, Integer> components(List<Row> rows) {
    Map<Integer, Integer> components = new HashMap<>();
    List<Row> found = ConnectedComponents.of(edges(rows)).collectAsList();
    for (Row row : found) {
      components.put(row.getAs("id"), row.getAs("component"));
    }
    assertThat(components).hasSameSizeAs(found);
    return components;
  }

  private static Dataset<Row> edges(List<Row> rows) {
    return TestDocuments.rows(SCHEMA, rows);
  }

  private static Row edge(int one, int other) {
    return RowFactory.create(one, other);
  }
}
