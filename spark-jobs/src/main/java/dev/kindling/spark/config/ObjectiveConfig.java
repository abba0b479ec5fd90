package dev.kindling.spark.config;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.objective.Denoising;
import dev.kindling.model.objective.DenoisingNoise;
import dev.kindling.model.objective.MaskedLanguageModelling;
import dev.kindling.model.objective.Masking;
import dev.kindling.model.objective.NextSentence;
import dev.kindling.model.objective.Objective;
import dev.kindling.model.objective.SpanCorruption;
import dev.kindling.model.objective.SpecialTokens;
import dev.kindling.model.objective.TextInfilling;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The noise that models learn from. Which of the objectives it is follows from the architecture.
 *
 * @param masking of BERT
 * @param spanCorruption of T5
 * @param denoising of BART
 */
public record ObjectiveConfig(
    MaskingNoise masking, SpanNoise spanCorruption, DocumentNoise denoising) {
  private static final ObjectiveConfig PUBLISHED =
      new ObjectiveConfig(
          new MaskingNoise(0.15, 0.8, 0.1, NextSentence.RANDOM, 0.1),
          new SpanNoise(0.15, 3),
          new DocumentNoise(0.3, 3.5, 0.1, 1, 0, 0, 0));

  /**
   * BERT's (Devlin et al. 2019).
   *
   * @param selection the share of tokens to predict
   * @param maskShare the share of these that become the mask token
   * @param randomShare the share of these that become a random one; the rest stays
   * @param nextSentence what is predicted of two segments
   * @param shortSequenceProbability the share of sequences that are cut to a random length
   */
  public record MaskingNoise(
      double selection,
      double maskShare,
      double randomShare,
      NextSentence nextSentence,
      double shortSequenceProbability) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value, what was expected and what to change
     */
    public MaskingNoise {
      Require.share("shortSequenceProbability", shortSequenceProbability);
      Masking checked = new Masking(selection, 1, maskShare, randomShare);
      assert checked.selection() == selection;
    }

    private MaskedLanguageModelling objective(int length, SpecialTokens.Bert tokens) {
      int maxPredictions = Math.max(1, (int) Math.ceil(selection * length));
      return new MaskedLanguageModelling(
          length,
          tokens,
          nextSentence,
          new Masking(selection, maxPredictions, maskShare, randomShare),
          shortSequenceProbability);
    }
  }

  /**
   * T5's (Raffel et al. 2020).
   *
   * @param density the share of the text that is left out; at most half, so that what the decoder
   *     writes is no longer than what the encoder reads
   * @param meanSpan tokens of a span on average
   */
  public record SpanNoise(double density, double meanSpan) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value, what was expected and what to change
     */
    public SpanNoise {
      Require.positive("density", density);
      Require.atMost("density", density, 0.5);
      Require.atLeast("meanSpan", meanSpan, 1.0);
    }
  }

  /**
   * BART's (Lewis et al. 2020), in the order in which it is applied.
   *
   * @param maskRatio the share of tokens that masked spans cover
   * @param poissonMean λ, of the lengths of spans
   * @param maskRandom the share of spans that become a random token, not the mask token
   * @param permuteSentences the share of sentences that change places
   * @param insertRatio masks that are inserted besides, as a share of the tokens
   * @param deleteRatio the share of tokens that are left out without a trace
   * @param rotateProbability of the text to begin at a random token
   */
  public record DocumentNoise(
      double maskRatio,
      double poissonMean,
      double maskRandom,
      double permuteSentences,
      double insertRatio,
      double deleteRatio,
      double rotateProbability) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value, what was expected and what to change
     */
    public DocumentNoise {
      TextInfilling infilling = new TextInfilling(maskRatio, poissonMean, maskRandom);
      DenoisingNoise checked =
          new DenoisingNoise(
              permuteSentences, infilling, insertRatio, deleteRatio, rotateProbability);
      assert checked.insertRatio() == insertRatio;
    }

    private DenoisingNoise noise() {
      return new DenoisingNoise(
          permuteSentences,
          new TextInfilling(maskRatio, poissonMean, maskRandom),
          insertRatio,
          deleteRatio,
          rotateProbability);
    }
  }

  /** The noise of the papers. */
  public static ObjectiveConfig published() {
    return PUBLISHED;
  }

  /**
   * What a model is trained for.
   *
   * @param numOrdinary the number of ids of the tokenizer
   * @param fullStops the ids that end a sentence; asked for where they are needed
   * @throws InvalidInputException if model and noise do not go together
   */
  public Objective forModel(ModelShape model, int numOrdinary, Supplier<Set<Integer>> fullStops) {
    int length = model.contextLength();
    try {
      // A sealed switch on types is a preview in Java 17.
      if (model instanceof GptConfig || !(model instanceof ArchitectureConfig)) {
        return new CausalLanguageModelling(length);
      }
      if (model instanceof BertConfig) {
        return masking.objective(length, SpecialTokens.Bert.behind(numOrdinary));
      }
      if (model instanceof T5Config) {
        SpecialTokens.T5 tokens = SpecialTokens.T5.behind(numOrdinary);
        return new SpanCorruption(
            length, spanCorruption.density(), spanCorruption.meanSpan(), tokens);
      }
      assert model instanceof BartConfig;
      Set<Integer> ends = denoising.permuteSentences() > 0 ? fullStops.get() : Set.of();
      SpecialTokens.Bart tokens = SpecialTokens.Bart.behind(numOrdinary);
      return new Denoising(length, tokens, ends, denoising.noise());
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "objective and model.contextLength " + length + " do not go together: " + e.getMessage(),
          "noise that fits the model and its tokenizer",
          "change the section objective, or the model",
          e);
    }
  }

  /** The section that was changed though {@code architecture} is trained for something else. */
  Optional<String> unused(Architecture architecture) {
    if (architecture != Architecture.BERT && !masking.equals(PUBLISHED.masking)) {
      return Optional.of("masking");
    }
    if (architecture != Architecture.T5 && !spanCorruption.equals(PUBLISHED.spanCorruption)) {
      return Optional.of("spanCorruption");
    }
    if (architecture != Architecture.BART && !denoising.equals(PUBLISHED.denoising)) {
      return Optional.of("denoising");
    }
    return Optional.empty();
  }

  /** The section of {@code architecture}; a GPT has none. */
  Optional<Record> section(Architecture architecture) {
    return switch (architecture) {
      case GPT, FEEDFORWARD, CONVOLUTIONAL, RECURRENT, LSTM, ELMO -> Optional.empty();
      case BERT -> Optional.of(masking);
      case T5 -> Optional.of(spanCorruption);
      case BART -> Optional.of(denoising);
    };
  }
}
