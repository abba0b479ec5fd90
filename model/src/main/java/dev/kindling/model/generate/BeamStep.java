package dev.kindling.model.generate;

import java.util.ArrayList;
import java.util.List;

/** The best continuations by one token of the beginnings of one output. */
final class BeamStep {
  /**
   * A beginning with one more token.
   *
   * @param beam the beginning
   * @param token what continues it
   * @param logProbability of both together, in nats
   */
  record Continuation(int beam, int token, double logProbability) {}

  private BeamStep() {}

  /**
   * The best continuations, the best first; among equals those of the first beam, then of the
   * lowest id. Those without any probability are left out.
   *
   * @param logits [rows × vocabSize], of which those from {@code firstRow} on belong to the beams
   * @param beams the log-probability of every beginning
   * @throws ArithmeticException if a logit is NaN or plus infinity, or all of a row are minus
   *     infinity
   */
  static List<Continuation> best(
      float[] logits, int firstRow, int vocabSize, double[] beams, int number) {
    List<Continuation> best = new ArrayList<>();
    for (int beam = 0; beam < beams.length; beam++) {
      int first = (firstRow + beam) * vocabSize;
      Candidates.requireSound(logits, first, vocabSize);
      double offset = beams[beam] - logSumOfExponentials(logits, first, vocabSize);
      double worst = best.size() < number ? Double.NEGATIVE_INFINITY : last(best);
      for (int token = 0; token < vocabSize; token++) {
        double logProbability = offset + logits[first + token];
        if (logProbability > worst) {
          insert(best, new Continuation(beam, token, logProbability));
          if (best.size() > number) {
            best.remove(number);
          }
          worst = best.size() < number ? Double.NEGATIVE_INFINITY : last(best);
        }
      }
    }
    return best;
  }

  private static double last(List<Continuation> continuations) {
    return continuations.get(continuations.size() - 1).logProbability();
  }

  private static void insert(List<Continuation> best, Continuation continuation) {
    int place = best.size();
    while (place > 0 && best.get(place - 1).logProbability() < continuation.logProbability()) {
      place--;
    }
    best.add(place, continuation);
  }

  private static double logSumOfExponentials(float[] logits, int first, int vocabSize) {
    double max = Double.NEGATIVE_INFINITY;
    for (int token = 0; token < vocabSize; token++) {
      max = Math.max(max, logits[first + token]);
    }
    double sum = 0;
    for (int token = 0; token < vocabSize; token++) {
      sum += Math.exp(logits[first + token] - max);
    }
    return max + Math.log(sum);
  }
}
