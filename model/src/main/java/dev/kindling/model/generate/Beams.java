package dev.kindling.model.generate;

import dev.kindling.model.generate.BeamStep.Continuation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The state of the search for one output: always as many beginnings as there are beams, where those
 * without any probability fill up the places, and the outputs that have ended.
 */
final class Beams {
  private static final double IMPOSSIBLE = Double.NEGATIVE_INFINITY;

  private record Beginning(List<Integer> tokens, double logProbability) {}

  private final BeamSettings settings;
  private final List<Hypothesis> finished = new ArrayList<>();
  private List<Beginning> beginnings = new ArrayList<>();
  private int length;
  private boolean done;

  /** All begin with nothing, so only one of them counts. */
  Beams(BeamSettings settings) {
    this.settings = settings;
    beginnings.add(new Beginning(List.of(), 0));
    fillUp();
  }

  private void fillUp() {
    while (beginnings.size() < settings.numBeams()) {
      beginnings.add(new Beginning(List.of(settings.endId()), IMPOSSIBLE));
    }
  }

  /** What the decoder is to read next, one token for every beam. */
  int[] lastTokens() {
    return beginnings.stream()
        .mapToInt(
            beginning ->
                length == 0
                    ? settings.startId()
                    : beginning.tokens().get(beginning.tokens().size() - 1))
        .toArray();
  }

  /**
   * Continues all beginnings by one token. An end that is not among the best {@code numBeams}
   * continuations is dropped, as in Hugging Face's search.
   *
   * @param logits [rows × vocabSize], of which those from {@code firstRow} on belong to the beams
   * @return for every beam, which one it continues
   */
  int[] advance(float[] logits, int firstRow, int vocabSize) {
    int numBeams = settings.numBeams();
    double[] logProbabilities =
        beginnings.stream().mapToDouble(Beginning::logProbability).toArray();
    // At most one of every beam's ends, so that as many go on as there are beams.
    List<Continuation> best =
        BeamStep.best(logits, firstRow, vocabSize, logProbabilities, 2 * numBeams);
    length++;
    List<Beginning> next = new ArrayList<>();
    List<Integer> sources = new ArrayList<>();
    for (int rank = 0; rank < best.size() && next.size() < numBeams; rank++) {
      Continuation continuation = best.get(rank);
      Beginning extended = extended(continuation);
      if (continuation.token() != settings.endId()) {
        next.add(extended);
        sources.add(continuation.beam());
      } else if (rank < numBeams) {
        finish(extended);
      }
    }
    beginnings = next;
    fillUp();
    done = sources.isEmpty() || isSettled(best.get(0).logProbability());
    if (!done && length == settings.maxNewTokens()) {
      finishAll();
      done = true;
    }
    return IntStream.range(0, numBeams).map(i -> i < sources.size() ? sources.get(i) : i).toArray();
  }

  private Beginning extended(Continuation continuation) {
    List<Integer> tokens = new ArrayList<>(beginnings.get(continuation.beam()).tokens());
    tokens.add(continuation.token());
    return new Beginning(tokens, continuation.logProbability());
  }

  /** Whether nothing that may still come would be among the best outputs. */
  private boolean isSettled(double bestLogProbability) {
    if (finished.size() < settings.numBeams()) {
      return false;
    }
    double worst = finished.get(finished.size() - 1).score();
    return settings.earlyStopping() || worst >= score(bestLogProbability, length);
  }

  boolean isDone() {
    return done;
  }

  /** The outputs of a search that is done, the best first. */
  List<Hypothesis> outputs() {
    return List.copyOf(finished);
  }

  private void finishAll() {
    beginnings.stream()
        .filter(beginning -> beginning.logProbability() > IMPOSSIBLE)
        .forEach(this::finish);
  }

  private void finish(Beginning beginning) {
    double score = score(beginning.logProbability(), beginning.tokens().size());
    finished.add(new Hypothesis(beginning.tokens(), score));
    finished.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
    if (finished.size() > settings.numBeams()) {
      finished.remove(settings.numBeams());
    }
  }

  private double score(double logProbability, int numTokens) {
    return logProbability / Math.pow(numTokens, settings.lengthPenalty());
  }
}
