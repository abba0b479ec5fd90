package dev.kindling.spark.ngram;

import dev.kindling.data.shard.TokenSet;
import dev.kindling.model.ngram.NgramModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;

/**
 * Sums up what a model has to say of ranges of tokens, each given what stands before it in its
 * document.
 *
 * @param ranges what is measured
 * @param directory of the model
 * @param numParts see {@link NgramFiles}
 * @param model which model it is, so that no other one is taken for it
 */
record MeasureRange(TokenRanges ranges, String directory, List<Integer> numParts, String model)
    implements MapPartitionsFunction<Long, Double> {
  @Override
  public Iterator<Double> call(Iterator<Long> numbers) {
    NgramModel loaded = SharedModel.get(model, this::load);
    List<Double> losses = new ArrayList<>();
    try (TokenSet set = ranges.open()) {
      while (numbers.hasNext()) {
        losses.add(loss(loaded, ranges.windows(set, numbers.next())));
      }
    }
    return losses.iterator();
  }

  private NgramModel load() {
    Configuration hadoop = ranges.hadoop().get();
    return NgramFiles.open(hadoop, new Path(directory), order -> numParts.get(order - 1))
        .load(hadoop);
  }

  private static double loss(NgramModel model, NgramWindows windows) {
    double sum = 0;
    while (windows.next()) {
      int last = windows.length() - 1;
      int[] given = Arrays.copyOf(windows.tokens(), last);
      sum -= model.logProbabilities(given, new int[] {windows.tokens()[last]})[0];
    }
    return sum;
  }
}
