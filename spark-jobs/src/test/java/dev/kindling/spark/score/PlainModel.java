package dev.kindling.spark.score;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The plain twin of scoring: one forward pass per token, on the reference backend. */
final class PlainModel implements AutoCloseable {
  private final Backend backend = Backends.open("nd4j", 1);
  private final InferenceModel model;
  private final SpecialTokenIds special;
  final Tokenizer tokenizer;

  PlainModel(Configuration hadoop, Path run) {
    CheckpointReader reader = CheckpointReader.open(hadoop, run);
    tokenizer = TokenizerFile.load(hadoop, reader.tokenizer());
    special = reader.specialTokens();
    model = new InferenceModel(reader.transformer(), Precision.F32, backend);
    reader.load(model.parameters());
  }

  /** ln p(text), in windows of the context length. */
  double logLikelihood(String text) {
    int[] tokens = tokenizer.encode(text);
    int[] sequence = new int[tokens.length + 1];
    sequence[0] = tokenizer.endOfTextId().orElseThrow();
    System.arraycopy(tokens, 0, sequence, 1, tokens.length);
    int contextLength = model.config().contextLength();
    int numWindowed = tokens.length - tokens.length % contextLength;
    double sum = 0;
    for (int i = 1; i < sequence.length; i++) {
      int start =
          i <= numWindowed
              ? (i - 1) / contextLength * contextLength
              : Math.max(0, tokens.length - contextLength);
      sum += logProbability(logits(Arrays.copyOfRange(sequence, start, i)), sequence[i]);
    }
    return sum;
  }

  /** ln p(continuation | context) of texts that fit the context length together. */
  double logLikelihood(String context, String continuation) {
    int[] before = tokenizer.encode(context);
    int[] whole = tokenizer.encode(context + continuation);
    double sum = 0;
    for (int i = before.length; i < whole.length; i++) {
      sum += logProbability(logits(Arrays.copyOfRange(whole, 0, i)), whole[i]);
    }
    return sum;
  }

  /** The likeliest tokens behind a context, one after the other. */
  String greedy(String context, int numTokens) {
    int[] tokens = tokenizer.encode(context);
    int numBefore = tokens.length;
    for (int i = 0; i < numTokens; i++) {
      float[] logits = logits(tokens);
      int best = 0;
      for (int v = 1; v < logits.length; v++) {
        best = logits[v] > logits[best] ? v : best;
      }
      tokens = Arrays.copyOf(tokens, tokens.length + 1);
      tokens[tokens.length - 1] = best;
    }
    return tokenizer.decode(Arrays.copyOfRange(tokens, numBefore, tokens.length));
  }

  /** The sum of ln p(token | all others) of a text that fits the context length of a BERT. */
  double pseudoLogLikelihood(String text) {
    int[] tokens = tokenizer.encode(text);
    int length = tokens.length + 2;
    double sum = 0;
    for (int i = 0; i < tokens.length; i++) {
      int[] inputs = new int[length];
      inputs[0] = special.beginOfText().orElseThrow();
      System.arraycopy(tokens, 0, inputs, 1, tokens.length);
      inputs[length - 1] = special.endOfText().orElseThrow();
      int[] targets = new int[length];
      Arrays.fill(targets, -1);
      targets[i + 1] = tokens[i];
      inputs[i + 1] = special.mask().orElseThrow();
      float[] losses =
          model.targetLosses(
              new MaskedBatch(
                  1, length, inputs, new int[length], new int[] {length}, targets, new int[0]));
      for (float loss : losses) {
        sum -= loss;
      }
    }
    return sum;
  }

  private float[] logits(int[] context) {
    try (DecoderCache cache = model.newCache(1, context.length)) {
      return model.nextLogits(context, new int[] {context.length}, cache);
    }
  }

  private static double logProbability(float[] logits, int token) {
    double normalizer = 0;
    for (float logit : logits) {
      normalizer += Math.exp(logit);
    }
    return logits[token] - Math.log(normalizer);
  }

  @Override
  public void close() {
    model.close();
    backend.close();
  }
}
