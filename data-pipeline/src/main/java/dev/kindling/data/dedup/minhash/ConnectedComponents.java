package dev.kindling.data.dedup.minhash;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.min;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Connected components of a graph too large for one machine, by alternating large-star and
 * small-star (Kiveris et al. 2014, "Connected Components in MapReduce and Beyond"). Both steps
 * replace the edges at a node by edges to the smallest of its neighbours and keep what is connected
 * connected; when neither changes anything, each component is a star around its smallest node. The
 * number of rounds grows with the logarithm of the number of nodes; the number of edges does not
 * grow.
 *
 * <p>An edge is a row (larger, smaller). Minima are aggregated before the shuffle and joined back
 * by node, so that no task holds the neighbours of a node, however many they are.
 */
public final class ConnectedComponents {
  private static final String LARGER = "larger";
  private static final String SMALLER = "smaller";
  private static final String NODE = "node";
  private static final String NEIGHBOUR = "neighbour";
  private static final String MINIMUM = "minimum";

  private ConnectedComponents() {}

  /**
   * Finds the components.
   *
   * @param edges two columns of the same type, which has an order: the ends, in any order; loops
   *     and repeated edges do no harm
   * @return rows of (id, component) for every node that has an edge to another one, with the
   *     smallest id of the component; computed, and free of the lineage of the edges
   */
  public static Dataset<Row> of(Dataset<Row> edges) {
    Dataset<Row> graph = Checkpoints.keep(normal(edges));
    Row before = checksum(graph);
    while (true) {
      graph = Checkpoints.keep(smallStar(largeStar(graph)));
      Row after = checksum(graph);
      if (after.equals(before)) {
        return members(graph);
      }
      before = after;
    }
  }

  private static Dataset<Row> normal(Dataset<Row> edges) {
    Dataset<Row> named = edges.toDF(NODE, NEIGHBOUR);
    return named
        .filter(col(NODE).notEqual(col(NEIGHBOUR)))
        .select(
            greatest(col(NODE), col(NEIGHBOUR)).as(LARGER),
            least(col(NODE), col(NEIGHBOUR)).as(SMALLER))
        .distinct();
  }

  /** Connects every larger neighbour of a node to the smallest of the node and its neighbours. */
  static Dataset<Row> largeStar(Dataset<Row> graph) {
    Dataset<Row> bothWays =
        graph
            .toDF(NODE, NEIGHBOUR)
            .union(graph.select(col(SMALLER).as(NODE), col(LARGER).as(NEIGHBOUR)));
    Dataset<Row> minima =
        bothWays
            .groupBy(NODE)
            .agg(min(NEIGHBOUR).as(MINIMUM))
            .withColumn(MINIMUM, least(col(MINIMUM), col(NODE)));
    return bothWays
        .join(minima, NODE)
        .filter(col(NEIGHBOUR).gt(col(NODE)))
        .select(col(NEIGHBOUR).as(LARGER), col(MINIMUM).as(SMALLER))
        .distinct();
  }

  /** Connects every node and its smaller neighbours to the smallest of these. */
  static Dataset<Row> smallStar(Dataset<Row> graph) {
    Dataset<Row> minima = graph.groupBy(LARGER).agg(min(SMALLER).as(MINIMUM));
    Dataset<Row> neighbours =
        graph
            .join(minima, LARGER)
            .filter(col(SMALLER).notEqual(col(MINIMUM)))
            .select(col(SMALLER).as(LARGER), col(MINIMUM).as(SMALLER));
    return minima.toDF(LARGER, SMALLER).union(neighbours).distinct();
  }

  /** Of the set of edges, not of their order; two sets share it with a probability of 2^-64. */
  private static Row checksum(Dataset<Row> graph) {
    return graph
        .agg(
            expr("count(*)"),
            expr("coalesce(bit_xor(xxhash64(" + LARGER + ", " + SMALLER + ")), 0)"))
        .first();
  }

  private static Dataset<Row> members(Dataset<Row> stars) {
    Dataset<Row> centers = stars.select(SMALLER).distinct();
    return stars
        .union(centers.select(col(SMALLER), col(SMALLER).as("center")))
        .toDF("id", "component");
  }
}
