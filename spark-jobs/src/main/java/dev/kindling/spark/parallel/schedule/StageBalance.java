package dev.kindling.spark.parallel.schedule;

import dev.kindling.model.layout.PieceRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a model into stages whose slowest is as fast as it can be, since a pipeline is as fast as
 * its slowest stage. Among such cuts it takes the most even one (the least sum of squares); among
 * those, the one with the fewest pieces in the first stages, which keep the activations of the most
 * micro-batches.
 */
public final class StageBalance {
  private final double[] costBefore;
  private final int numPieces;
  private final int numStages;

  private StageBalance(List<Double> costs, int numStages) {
    numPieces = costs.size();
    this.numStages = numStages;
    costBefore = new double[numPieces + 1];
    for (int piece = 0; piece < numPieces; piece++) {
      costBefore[piece + 1] = costBefore[piece] + costs.get(piece);
    }
  }

  /**
   * Cuts a model.
   *
   * @param costs of consecutive pieces (the embedding, the blocks, the head), in any unit
   * @param numStages of the pipeline: p · v of an interleaved one
   * @return the pieces of every stage, one or more each
   * @throws IllegalArgumentException if there are fewer pieces than stages, or a cost is negative
   *     or not finite
   */
  public static List<PieceRange> cut(List<Double> costs, int numStages) {
    if (numStages < 1 || costs.size() < numStages) {
      throw new IllegalArgumentException(
          costs.size()
              + " pieces of a model cannot be cut into "
              + numStages
              + " stages of one piece or more: take 1 to "
              + costs.size()
              + " stages");
    }
    for (int piece = 0; piece < costs.size(); piece++) {
      if (!(costs.get(piece) >= 0 && Double.isFinite(costs.get(piece)))) {
        throw new IllegalArgumentException(
            "Piece " + piece + " costs " + costs.get(piece) + ": expected 0 or more, finite");
      }
    }
    StageBalance balance = new StageBalance(costs, numStages);
    return balance.mostEven(balance.smallestLargest());
  }

  private double cost(int first, int end) {
    return costBefore[end] - costBefore[first];
  }

  /** The cost of the slowest stage of the best cut. */
  private double smallestLargest() {
    double[] rest = infinite();
    rest[numPieces] = 0;
    for (int stage = numStages - 1; stage >= 0; stage--) {
      double[] best = infinite();
      for (int first = stage; first < numPieces; first++) {
        for (int end = first + 1; end <= numPieces; end++) {
          best[first] = Math.min(best[first], Math.max(cost(first, end), rest[end]));
        }
      }
      rest = best;
    }
    return rest[0];
  }

  /** The cut with the least sum of squares of those without a stage above a limit. */
  private List<PieceRange> mostEven(double limit) {
    double[] rest = infinite();
    rest[numPieces] = 0;
    int[][] ends = new int[numStages][numPieces];
    for (int stage = numStages - 1; stage >= 0; stage--) {
      double[] best = infinite();
      for (int first = stage; first < numPieces; first++) {
        for (int end = first + 1; end <= numPieces && cost(first, end) <= limit; end++) {
          double squares = cost(first, end) * cost(first, end) + rest[end];
          if (squares < best[first]) {
            best[first] = squares;
            ends[stage][first] = end;
          }
        }
      }
      rest = best;
    }
    List<PieceRange> stages = new ArrayList<>();
    int first = 0;
    for (int stage = 0; stage < numStages; stage++) {
      stages.add(new PieceRange(first, ends[stage][first]));
      first = ends[stage][first];
    }
    return stages;
  }

  private double[] infinite() {
    double[] values = new double[numPieces + 1];
    Arrays.fill(values, Double.POSITIVE_INFINITY);
    return values;
  }
}
