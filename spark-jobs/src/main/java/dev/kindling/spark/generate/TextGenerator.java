package dev.kindling.spark.generate;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.generate.BeamSearch;
import dev.kindling.model.generate.BeamSettings;
import dev.kindling.model.generate.GenerationRequest;
import dev.kindling.model.generate.Generator;
import dev.kindling.model.generate.Hypothesis;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.report.Words;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Writes text with the model of a checkpoint, in this process: a GPT continues prompts, an
 * encoder-decoder rewrites them.
 */
public final class TextGenerator implements AutoCloseable {
  /** Texts that are written at the same time. */
  private static final int BATCH_SIZE = 16;

  private final Tokenizer tokenizer;
  private final SpecialTokenIds special;
  private final Backend backend;
  private final InferenceModel model;

  private TextGenerator(
      Tokenizer tokenizer, SpecialTokenIds special, Backend backend, InferenceModel model) {
    this.tokenizer = tokenizer;
    this.special = special;
    this.backend = backend;
    this.model = model;
  }

  /**
   * Loads a model.
   *
   * @param checkpoint a checkpoint, or a run, whose newest one is taken
   * @param backend by name
   * @param numThreads native threads
   * @throws InvalidInputException if there is no committed checkpoint, it is damaged, or its model
   *     writes no text
   */
  public static TextGenerator open(
      Configuration hadoop, Path checkpoint, String backend, int numThreads) {
    CheckpointReader reader = CheckpointReader.open(hadoop, checkpoint);
    if (reader.transformer() instanceof BertConfig) {
      throw new InvalidInputException(
          reader.directory() + " holds a " + Words.architecture(reader.model()),
          "a GPT, which continues text, or a T5 or BART, which rewrite it",
          "give the path of a run with model.architecture gpt, t5 or bart");
    }
    Tokenizer tokenizer = TokenizerFile.load(hadoop, reader.tokenizer());
    Backend kernels = Backends.open(backend, numThreads);
    InferenceModel model = new InferenceModel(reader.transformer(), Precision.F32, kernels);
    TextGenerator generator = new TextGenerator(tokenizer, reader.specialTokens(), kernels, model);
    try {
      reader.load(model.parameters());
      return generator;
    } catch (RuntimeException e) {
      generator.close();
      throw e;
    }
  }

  /**
   * Writes texts.
   *
   * @return of a GPT every text with its prompt; of an encoder-decoder the best outputs, the best
   *     first
   * @throws InvalidInputException if the prompt does not fit the model or its vocabulary
   */
  public List<String> generate(GenerateConfig config) {
    return model.config() instanceof GptConfig ? continued(config) : rewritten(config);
  }

  private List<String> continued(GenerateConfig config) {
    List<Integer> prompt = promptIds(config.prompt());
    List<GenerationRequest> requests =
        IntStream.range(0, config.numSamples())
            .mapToObj(
                sample ->
                    new GenerationRequest(
                        prompt,
                        config.maxNewTokens(),
                        tokenizer.endOfTextId(),
                        config.seed(),
                        sample))
            .toList();
    StopStrings stop = new StopStrings(tokenizer, config.stop());
    return new Generator(model, config.sampling(), BATCH_SIZE)
        .generate(requests, (text, token) -> {}, stop).stream()
            .map(tokens -> config.prompt() + stop.cut(tokenizer.decode(tokens)))
            .toList();
  }

  private List<String> rewritten(GenerateConfig config) {
    RewrittenText text = new RewrittenText(model.config(), special, tokenizer, config.prompt());
    int[] input = text.input();
    BeamSettings settings =
        new BeamSettings(
            config.numBeams(),
            config.lengthPenalty(),
            false,
            Math.min(config.maxNewTokens(), model.config().contextLength()),
            required("decoder_start_token_id", special.decoderStart()),
            required("eos_token_id", special.endOfText()));
    List<Hypothesis> outputs = new BeamSearch(model, settings).search(List.of(input)).get(0);
    return outputs.stream()
        .limit(config.numSamples())
        .map(output -> text.text(output.tokens()))
        .toList();
  }

  private static int required(String name, OptionalInt id) {
    return id.orElseThrow(
        () ->
            new InvalidInputException(
                "the model's config.json has no " + name,
                "the id that its decoder starts or ends with",
                "take a checkpoint that kindling pretrain has written"));
  }

  private List<Integer> promptIds(String prompt) {
    int[] ids = tokenizer.encode(prompt);
    if (ids.length > 0) {
      return Arrays.stream(ids).boxed().toList();
    }
    if (tokenizer.endOfTextId().isPresent()) {
      return List.of(tokenizer.endOfTextId().getAsInt());
    }
    throw new InvalidInputException(
        "the prompt is empty",
        "a text to continue, because this vocabulary has no token that begins a document",
        "give --prompt or generate.prompt at least one character that the tokenizer knows");
  }

  @Override
  public void close() {
    model.close();
    backend.close();
  }
}
