package dev.kindling.model.generate;

import dev.kindling.model.nn.DecoderCache;
import dev.kindling.model.train.InferenceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Looks for the likeliest outputs of an encoder-decoder: follows the best beginnings of every
 * output token by token (Graves 2012; Sutskever et al. 2014), and compares those that have ended by
 * their log-probability per token (Wu et al. 2016). When an end counts and when the search stops is
 * as in Hugging Face's Transformers.
 *
 * <p>The encoder reads every input once, and the beams of an input share what the decoder keeps of
 * it.
 */
public final class BeamSearch {
  private final InferenceModel model;
  private final BeamSettings settings;

  /**
   * Searches with a model, which stays open.
   *
   * @param model an encoder-decoder
   * @throws IllegalArgumentException if the settings do not fit the model
   */
  public BeamSearch(InferenceModel model, BeamSettings settings) {
    int contextLength = model.config().contextLength();
    if (settings.maxNewTokens() > contextLength) {
      throw new IllegalArgumentException(
          "maxNewTokens is "
              + settings.maxNewTokens()
              + ": it must be at most the model's context length "
              + contextLength);
    }
    int vocabSize = model.config().vocabSize();
    if (settings.startId() >= vocabSize || settings.endId() >= vocabSize) {
      throw new IllegalArgumentException(
          "startId is "
              + settings.startId()
              + " and endId is "
              + settings.endId()
              + ": both must be below the model's vocabulary size "
              + vocabSize);
    }
    this.model = model;
    this.settings = settings;
  }

  /**
   * Searches the outputs of several inputs together; memory grows with their number.
   *
   * @param inputs the token ids of every input, at least one each and at most the context length
   * @return for every input its outputs, the best first, at most {@code numBeams}
   * @throws IllegalArgumentException if the model is no encoder-decoder, or an input does not fit
   *     it
   * @throws ArithmeticException if the model's logits are not numbers
   */
  public List<List<Hypothesis>> search(List<int[]> inputs) {
    if (inputs.isEmpty()) {
      return List.of();
    }
    List<Beams> searches = inputs.stream().map(input -> new Beams(settings)).toList();
    DecoderCache cache = encode(inputs);
    try {
      List<Beams> running = searches;
      while (!running.isEmpty()) {
        List<int[]> sources = step(running, cache);
        List<Integer> unfinished = indicesOfUnfinished(running);
        int[] kept = unfinished.stream().flatMapToInt(i -> Arrays.stream(sources.get(i))).toArray();
        if (unfinished.size() == running.size()) {
          model.reorder(cache, kept);
        } else if (!unfinished.isEmpty()) {
          DecoderCache smaller = model.select(cache, kept);
          cache.close();
          cache = smaller;
        }
        running = unfinished.stream().map(running::get).toList();
      }
    } finally {
      cache.close();
    }
    return searches.stream().map(Beams::outputs).toList();
  }

  private DecoderCache encode(List<int[]> inputs) {
    int[] lengths = inputs.stream().mapToInt(input -> input.length).toArray();
    int longest = Arrays.stream(lengths).max().orElseThrow();
    int[] padded = new int[inputs.size() * longest];
    for (int i = 0; i < inputs.size(); i++) {
      System.arraycopy(inputs.get(i), 0, padded, i * longest, lengths[i]);
    }
    return model.encode(padded, lengths, settings.numBeams(), settings.maxNewTokens());
  }

  /** One more token of all outputs; returns which sequences of the cache they continue. */
  private List<int[]> step(List<Beams> running, DecoderCache cache) {
    int[] tokens =
        running.stream().flatMapToInt(search -> Arrays.stream(search.lastTokens())).toArray();
    int[] numTokens = new int[tokens.length];
    Arrays.fill(numTokens, 1);
    float[] logits = model.nextLogits(tokens, numTokens, cache);
    List<int[]> sources = new ArrayList<>();
    for (int i = 0; i < running.size(); i++) {
      int firstRow = i * settings.numBeams();
      int[] beams = running.get(i).advance(logits, firstRow, model.config().vocabSize());
      sources.add(Arrays.stream(beams).map(beam -> firstRow + beam).toArray());
    }
    return sources;
  }

  private static List<Integer> indicesOfUnfinished(List<Beams> running) {
    return IntStream.range(0, running.size())
        .filter(i -> !running.get(i).isDone())
        .boxed()
        .toList();
  }
}
