package dev.kindling.spark.score;

import dev.kindling.model.score.Pooling;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.config.PromptConfig;
import dev.kindling.spark.config.ScoreColumns;
import dev.kindling.spark.config.ScoreConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * The parameters of {@link LanguageModelScorer}, with their defaults, which are those of the
 * command's configuration, and what they may be. Spark finds them by their accessors.
 */
abstract class ScorerParams extends Transformer {
  private static final long serialVersionUID = 1L;

  private static final String[] MODES = {
    "rolling", "continuation", "choice", "masked", "embed", "generate"
  };
  private static final String[] BACKENDS = {"auto", "cuda", "onednn", "nd4j"};
  private static final String[] PRECISIONS = {"f32", "tf32", "bf16"};
  private static final String[] POOLINGS = {"mean", "first", "last"};

  private static final ScoreConfig DEFAULTS = ConfigLoader.defaults().score();
  private static final GenerateConfig WRITING = ConfigLoader.defaults().generate();

  private final String uid;
  private final Param<String> checkpoint;
  private final Param<String> mode;
  private final Param<String> idCol;
  private final Param<String> textCol;
  private final Param<String> contextCol;
  private final Param<String> continuationCol;
  private final Param<String> choicesCol;
  private final Param<String> labelCol;
  private final Param<String> answerCol;
  private final Param<String> backend;
  private final Param<String> precision;
  private final Param<String> pooling;
  private final IntParam batchSize;
  private final IntParam contextLength;
  private final IntParam stride;
  private final LongParam maxTokens;
  private final BooleanParam normalize;
  private final Param<String> template;
  private final Param<String> description;
  private final Param<String> exampleDelimiter;
  private final Param<String> answerDelimiter;
  private final Param<String> examples;
  private final IntArrayParam shots;
  private final LongParam exampleSeed;
  private final IntParam maxNewTokens;
  private final DoubleParam temperature;
  private final IntParam topK;
  private final DoubleParam topP;
  private final DoubleParam repetitionPenalty;
  private final LongParam seed;
  private final StringArrayParam stop;

  ScorerParams(String uid) {
    this.uid = uid;
    checkpoint =
        new Param<>(
            this, "checkpoint", "a run, whose newest checkpoint is taken, or one checkpoint");
    mode =
        new Param<>(
            this,
            "mode",
            "what is asked: rolling, continuation, choice, masked, embed or generate",
            ParamValidators.inArray(MODES));
    idCol = new Param<>(this, "idCol", "column that a row is known by; needed for examples");
    textCol = new Param<>(this, "textCol", "column of whole texts");
    contextCol = new Param<>(this, "contextCol", "column of what stands before a continuation");
    continuationCol =
        new Param<>(this, "continuationCol", "column of what is scored behind a context");
    choicesCol = new Param<>(this, "choicesCol", "column of arrays of answers to choose from");
    labelCol = new Param<>(this, "labelCol", "column of right choices");
    answerCol = new Param<>(this, "answerCol", "column of the answers of examples");
    backend =
        new Param<>(
            this, "backend", "auto, cuda, onednn or nd4j", ParamValidators.inArray(BACKENDS));
    precision =
        new Param<>(
            this,
            "precision",
            "of activations and matrices: f32, tf32 or bf16",
            ParamValidators.inArray(PRECISIONS));
    pooling =
        new Param<>(
            this,
            "pooling",
            "of a text's vectors: mean, first or last",
            ParamValidators.inArray(POOLINGS));
    batchSize =
        new IntParam(
            this,
            "batchSize",
            "sequences of the context length that go through the model together",
            ParamValidators.gtEq(1));
    contextLength =
        new IntParam(
            this,
            "contextLength",
            "tokens of a window; 0: all that the model takes",
            ParamValidators.gtEq(0));
    stride =
        new IntParam(
            this,
            "stride",
            "tokens that every window but the first scores; 0: the context length",
            ParamValidators.gtEq(0));
    maxTokens =
        new LongParam(
            this,
            "maxTokens",
            "a longer text is reported instead of scored; 0: there is no limit",
            ParamValidators.gtEq(0));
    normalize = new BooleanParam(this, "normalize", "whether embeddings get the length 1");
    template =
        new Param<>(this, "template", "the question of a prompt, with {{column}} for values");
    description = new Param<>(this, "description", "stands before every prompt");
    exampleDelimiter = new Param<>(this, "exampleDelimiter", "stands behind every example");
    answerDelimiter =
        new Param<>(this, "answerDelimiter", "stands between a question and its answer");
    examples =
        new Param<>(this, "examples", "path of a table of solved examples; empty: there are none");
    shots =
        new IntArrayParam(
            this, "shots", "numbers of solved examples; every row is scored with each");
    exampleSeed = new LongParam(this, "exampleSeed", "of the choice of examples");
    maxNewTokens =
        new IntParam(this, "maxNewTokens", "tokens to write at most", ParamValidators.gtEq(1));
    temperature =
        new DoubleParam(
            this,
            "temperature",
            "divides the logits; 0 takes the likeliest token",
            ParamValidators.gtEq(0));
    topK =
        new IntParam(
            this,
            "topK",
            "draws from the likeliest tokens only; 0: from all",
            ParamValidators.gtEq(0));
    topP =
        new DoubleParam(
            this,
            "topP",
            "draws from the likeliest tokens that together have this probability",
            ParamValidators.inRange(0, 1, false, true));
    repetitionPenalty =
        new DoubleParam(
            this,
            "repetitionPenalty",
            "makes tokens of the text less likely; 1: does not",
            ParamValidators.gtEq(0.01));
    seed = new LongParam(this, "seed", "of what is drawn");
    stop = new StringArrayParam(this, "stop", "strings that end a text");
    setDefault(mode, "rolling");
    setDefault(idCol, DEFAULTS.columns().id());
    setDefault(textCol, DEFAULTS.columns().text());
    setDefault(contextCol, DEFAULTS.columns().context());
    setDefault(continuationCol, DEFAULTS.columns().continuation());
    setDefault(choicesCol, DEFAULTS.columns().choices());
    setDefault(labelCol, DEFAULTS.columns().label());
    setDefault(answerCol, DEFAULTS.columns().answer());
    setDefault(backend, "auto");
    setDefault(precision, "f32");
    setDefault(pooling, "mean");
    setDefault(batchSize, DEFAULTS.batchSize());
    setDefault(contextLength, 0);
    setDefault(stride, 0);
    setDefault(maxTokens, 0L);
    setDefault(normalize, false);
    setDefault(template, DEFAULTS.prompt().template());
    setDefault(description, "");
    setDefault(exampleDelimiter, DEFAULTS.prompt().exampleDelimiter());
    setDefault(answerDelimiter, DEFAULTS.prompt().answerDelimiter());
    setDefault(examples, "");
    setDefault(shots, new int[] {0});
    setDefault(exampleSeed, DEFAULTS.prompt().seed());
    setDefault(maxNewTokens, WRITING.maxNewTokens());
    setDefault(temperature, WRITING.temperature());
    setDefault(topK, WRITING.topK());
    setDefault(topP, WRITING.topP());
    setDefault(repetitionPenalty, WRITING.repetitionPenalty());
    setDefault(seed, WRITING.seed());
    setDefault(stop, new String[0]);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** A run, whose newest checkpoint is taken, or one checkpoint. */
  public Param<String> checkpoint() {
    return checkpoint;
  }

  /** What is asked: rolling, continuation, choice, masked, embed or generate. */
  public Param<String> mode() {
    return mode;
  }

  /** Column that a row is known by; needed for examples. */
  public Param<String> idCol() {
    return idCol;
  }

  /** Column of whole texts. */
  public Param<String> textCol() {
    return textCol;
  }

  /** Column of what stands before a continuation. */
  public Param<String> contextCol() {
    return contextCol;
  }

  /** Column of what is scored behind a context. */
  public Param<String> continuationCol() {
    return continuationCol;
  }

  /** Column of arrays of answers to choose from. */
  public Param<String> choicesCol() {
    return choicesCol;
  }

  /** Column of right choices. */
  public Param<String> labelCol() {
    return labelCol;
  }

  /** Column of the answers of examples. */
  public Param<String> answerCol() {
    return answerCol;
  }

  /** Auto, cuda, onednn or nd4j. */
  public Param<String> backend() {
    return backend;
  }

  /** Of activations and matrices: f32, tf32 or bf16. */
  public Param<String> precision() {
    return precision;
  }

  /** Of a text's vectors: mean, first or last. */
  public Param<String> pooling() {
    return pooling;
  }

  /** Sequences of the context length that go through the model together. */
  public IntParam batchSize() {
    return batchSize;
  }

  /** Tokens of a window; 0: all that the model takes. */
  public IntParam contextLength() {
    return contextLength;
  }

  /** Tokens that every window but the first scores; 0: the context length. */
  public IntParam stride() {
    return stride;
  }

  /** A longer text is reported instead of scored; 0: there is no limit. */
  public LongParam maxTokens() {
    return maxTokens;
  }

  /** Whether embeddings get the length 1. */
  public BooleanParam normalize() {
    return normalize;
  }

  /** The question of a prompt, with column for values. */
  public Param<String> template() {
    return template;
  }

  /** Stands before every prompt. */
  public Param<String> description() {
    return description;
  }

  /** Stands behind every example. */
  public Param<String> exampleDelimiter() {
    return exampleDelimiter;
  }

  /** Stands between a question and its answer. */
  public Param<String> answerDelimiter() {
    return answerDelimiter;
  }

  /** Path of a table of solved examples; empty: there are none. */
  public Param<String> examples() {
    return examples;
  }

  /** Numbers of solved examples; every row is scored with each. */
  public IntArrayParam shots() {
    return shots;
  }

  /** Of the choice of examples. */
  public LongParam exampleSeed() {
    return exampleSeed;
  }

  /** Tokens to write at most. */
  public IntParam maxNewTokens() {
    return maxNewTokens;
  }

  /** Divides the logits; 0 takes the likeliest token. */
  public DoubleParam temperature() {
    return temperature;
  }

  /** Draws from the likeliest tokens only; 0: from all. */
  public IntParam topK() {
    return topK;
  }

  /** Draws from the likeliest tokens that together have this probability. */
  public DoubleParam topP() {
    return topP;
  }

  /** Makes tokens of the text less likely; 1: does not. */
  public DoubleParam repetitionPenalty() {
    return repetitionPenalty;
  }

  /** Of what is drawn. */
  public LongParam seed() {
    return seed;
  }

  /** Strings that end a text. */
  public StringArrayParam stop() {
    return stop;
  }

  /** As the command's configuration says it. */
  ScoreConfig scoreConfig() {
    ScoreColumns columns =
        new ScoreColumns(
            getOrDefault(idCol),
            getOrDefault(textCol),
            getOrDefault(contextCol),
            getOrDefault(continuationCol),
            getOrDefault(choicesCol),
            getOrDefault(labelCol),
            getOrDefault(answerCol));
    PromptConfig prompt =
        new PromptConfig(
            getOrDefault(template),
            getOrDefault(description),
            Arrays.stream(getOrDefault(shots)).boxed().toList(),
            getOrDefault(exampleDelimiter),
            getOrDefault(answerDelimiter),
            (Long) getOrDefault(exampleSeed));
    return new ScoreConfig(
        (Integer) getOrDefault(batchSize),
        Precision.valueOf(upperCase(precision)),
        (Integer) getOrDefault(contextLength),
        (Integer) getOrDefault(stride),
        (Long) getOrDefault(maxTokens),
        0,
        Pooling.valueOf(upperCase(pooling)),
        (Boolean) getOrDefault(normalize),
        columns,
        prompt);
  }

  /** As the command's configuration says it. */
  GenerateConfig generateConfig() {
    return new GenerateConfig(
        "",
        (Integer) getOrDefault(maxNewTokens),
        (Double) getOrDefault(temperature),
        (Integer) getOrDefault(topK),
        (Double) getOrDefault(topP),
        (Double) getOrDefault(repetitionPenalty),
        1,
        1,
        WRITING.lengthPenalty(),
        (Long) getOrDefault(seed),
        List.of(getOrDefault(stop)));
  }

  private String upperCase(Param<String> name) {
    return getOrDefault(name).toUpperCase(Locale.ROOT);
  }
}
