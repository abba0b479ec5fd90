package dev.kindling.spark.score.executor;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.ngram.NgramDirectory;
import dev.kindling.spark.parallel.KernelSettings;
import dev.kindling.spark.score.plan.ScoreMode;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The directory of an n-gram model. */
record StoredNgram(Configuration hadoop, NgramDirectory ngrams) implements StoredModel {
  @Override
  public Path directory() {
    return ngrams.path();
  }

  @Override
  public Manifest manifest() {
    return ngrams.manifest();
  }

  @Override
  public String kind() {
    return ngrams.shape().order() + "-gram model";
  }

  @Override
  public int vocabSize() {
    return ngrams.shape().vocabSize();
  }

  @Override
  public int contextLength() {
    return NgramModel.CONTEXT_LENGTH;
  }

  @Override
  public Path tokenizer() {
    return ngrams.path();
  }

  @Override
  public void requireFor(ScoreMode mode, Precision precision) {
    boolean fits =
        switch (mode) {
          case ROLLING, CONTINUATION, CHOICE -> true;
          case GENERATE, MASKED, EMBED -> false;
        };
    if (!fits) {
      throw new InvalidInputException(
          directory() + " holds a " + kind() + ", which cannot be asked in the mode " + mode,
          "one of the modes that an n-gram model answers: rolling, continuation, choice",
          "choose one of them, or give the path of a run");
    }
    if (precision != Precision.F32) {
      throw new InvalidInputException(
          "score.precision is " + precision + ", but " + directory() + " holds a " + kind(),
          "f32, in which probabilities are stored",
          "set score.precision=f32");
    }
  }

  @Override
  public LoadedModel load(Precision precision, KernelSettings settings) {
    return new LoadedNgram(ngrams.load(), TokenizerFile.load(hadoop, ngrams.path()));
  }
}
