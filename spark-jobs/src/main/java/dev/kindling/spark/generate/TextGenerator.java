package dev.kindling.spark.generate;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.generate.GenerationRequest;
import dev.kindling.model.generate.Generator;
import dev.kindling.model.generate.Sampler;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.config.GenerateConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Continues prompts with the model of a checkpoint, in this process. */
public final class TextGenerator implements AutoCloseable {
  private final Tokenizer tokenizer;
  private final Backend backend;
  private final InferenceModel model;

  private TextGenerator(Tokenizer tokenizer, Backend backend, InferenceModel model) {
    this.tokenizer = tokenizer;
    this.backend = backend;
    this.model = model;
  }

  /**
   * Loads a model.
   *
   * @param checkpoint a checkpoint, or a run, whose newest one is taken
   * @param backend by name
   * @param numThreads native threads
   * @throws InvalidInputException if there is no committed checkpoint or it is damaged
   */
  public static TextGenerator open(
      Configuration hadoop, Path checkpoint, String backend, int numThreads) {
    CheckpointReader reader = CheckpointReader.open(hadoop, checkpoint);
    Tokenizer tokenizer = TokenizerFile.load(hadoop, reader.tokenizer());
    Backend kernels = Backends.open(backend, numThreads);
    InferenceModel model = new InferenceModel(reader.model(), kernels);
    TextGenerator generator = new TextGenerator(tokenizer, kernels, model);
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
   * @return every text with its prompt
   * @throws InvalidInputException if the prompt is empty and the vocabulary has no token that could
   *     begin a document
   */
  public List<String> generate(GenerateConfig config) {
    List<Integer> prompt = promptIds(config.prompt());
    Generator generator =
        new Generator(
            model::nextTokenLogits,
            model.config().contextLength(),
            Sampler.of(config.temperature(), config.topK()));
    List<String> texts = new ArrayList<>();
    for (int sample = 0; sample < config.numSamples(); sample++) {
      GenerationRequest request =
          new GenerationRequest(
              prompt, config.maxNewTokens(), tokenizer.endOfTextId(), config.seed(), sample);
      texts.add(config.prompt() + tokenizer.decode(generator.generate(request)));
    }
    return texts;
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
