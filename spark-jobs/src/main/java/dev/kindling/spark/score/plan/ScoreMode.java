package dev.kindling.spark.score.plan;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What is asked of a model about a row, with the semantics of EleutherAI's evaluation harness where
 * it has the request, and the columns that the answer adds to the row.
 */
public enum ScoreMode {
  /** How likely a GPT finds a whole text: every token is scored once ({@code rolling}). */
  ROLLING(
      columns()
          .add(Added.BYTES, DataTypes.LongType)
          .add(Added.TOKENS, DataTypes.LongType)
          .add(Added.LOG_LIKELIHOOD, DataTypes.DoubleType)
          .add(Added.BITS_PER_BYTE, DataTypes.DoubleType)
          .add(Added.PERPLEXITY, DataTypes.DoubleType)),

  /** How likely a GPT continues a context with given words. */
  CONTINUATION(
      columns()
          .add(Added.TOKENS, DataTypes.LongType)
          .add(Added.LOG_LIKELIHOOD, DataTypes.DoubleType)
          .add(Added.GREEDY, DataTypes.BooleanType)
          .add(Added.TRUNCATED, DataTypes.BooleanType)),

  /** Which of several answers a GPT finds the likeliest. */
  CHOICE(
      columns()
          .add(Added.SHOTS, DataTypes.IntegerType)
          .add(Added.LOG_LIKELIHOODS, DataTypes.createArrayType(DataTypes.DoubleType, false))
          .add(Added.PREDICTION, DataTypes.IntegerType)
          .add(Added.PREDICTION_NORM, DataTypes.IntegerType)
          .add(Added.ACC, DataTypes.DoubleType)
          .add(Added.ACC_NORM, DataTypes.DoubleType)
          .add(Added.TRUNCATED, DataTypes.BooleanType)),

  /** How likely an encoder finds each token of a text, given all others (Salazar et al. 2020). */
  MASKED(
      columns()
          .add(Added.BYTES, DataTypes.LongType)
          .add(Added.TOKENS, DataTypes.LongType)
          .add(Added.PSEUDO_LOG_LIKELIHOOD, DataTypes.DoubleType)
          .add(Added.PSEUDO_PERPLEXITY, DataTypes.DoubleType)),

  /** The vector of a text. */
  EMBED(
      columns()
          .add(Added.TOKENS, DataTypes.LongType)
          .add(Added.EMBEDDING, DataTypes.createArrayType(DataTypes.FloatType, false))),

  /** What a GPT writes behind a prompt. */
  GENERATE(
      columns()
          .add(Added.SHOTS, DataTypes.IntegerType)
          .add(Added.GENERATED, DataTypes.StringType)
          .add(Added.TOKENS, DataTypes.LongType)
          .add(Added.ENDED_BY, DataTypes.StringType));

  /** Names of added columns. */
  public static final class Added {
    /** Of the text in UTF-8. */
    public static final String BYTES = "bytes";

    /** Of the text, the continuation, or what was generated. */
    public static final String TOKENS = "tokens";

    /** In nats. */
    public static final String LOG_LIKELIHOOD = "log_likelihood";

    /** Comparable between tokenizers, as perplexity per token is not. */
    public static final String BITS_PER_BYTE = "bits_per_byte";

    /** Per token. */
    public static final String PERPLEXITY = "perplexity";

    /** Whether every token of the continuation is the likeliest. */
    public static final String GREEDY = "greedy";

    /** Whether the beginning of the context was left out for want of room. */
    public static final String TRUNCATED = "truncated";

    /** Solved examples in the prompt. */
    public static final String SHOTS = "shots";

    /** One for every choice, in nats. */
    public static final String LOG_LIKELIHOODS = "log_likelihoods";

    /** The index of the likeliest choice. */
    public static final String PREDICTION = "prediction";

    /** The index of the choice that is likeliest per character. */
    public static final String PREDICTION_NORM = "prediction_norm";

    /** 1 if {@link #PREDICTION} is right, 0 if not; null without a label. */
    public static final String ACC = "acc";

    /** 1 if {@link #PREDICTION_NORM} is right, 0 if not; null without a label. */
    public static final String ACC_NORM = "acc_norm";

    /** Sum of ln p(token | all other tokens), in nats. */
    public static final String PSEUDO_LOG_LIKELIHOOD = "pseudo_log_likelihood";

    /** Per token. */
    public static final String PSEUDO_PERPLEXITY = "pseudo_perplexity";

    /** Of the width of the model. */
    public static final String EMBEDDING = "embedding";

    /** Without the prompt and the string that ended it. */
    public static final String GENERATED = "generated";

    /** {@code stop}, {@code end-of-text} or {@code length}. */
    public static final String ENDED_BY = "ended_by";

    /** Why there are no scores: a label, and behind a colon the details; null if there are. */
    public static final String ERROR = "score_error";

    private Added() {}
  }

  // Spark's types are immutable, without saying so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final StructType added;

  ScoreMode(StructType columns) {
    this.added = columns.add(Added.ERROR, DataTypes.StringType);
  }

  /**
   * The mode of a name.
   *
   * @throws InvalidInputException if there is none
   */
  public static ScoreMode of(String name) {
    return Arrays.stream(values())
        .filter(mode -> mode.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "the mode of scoring is '" + name + "'",
                    "one of " + Arrays.toString(values()),
                    "choose what is to be asked of the model"));
  }

  /** The columns that scoring adds, all of which may be null; the last is {@link Added#ERROR}. */
  public StructType added() {
    return added;
  }

  /** The columns of rows, and after them those of scores. */
  public StructType addTo(StructType rows) {
    StructType columns = rows;
    for (var field : added.fields()) {
      columns = columns.add(field);
    }
    return columns;
  }

  /** Whether rows become prompts, each of them with several numbers of examples. */
  public boolean isPrompted() {
    return this == CHOICE || this == GENERATE;
  }

  /** Whether what is scored is a whole text of a corpus. */
  public boolean takesTexts() {
    return this == ROLLING || this == MASKED || this == EMBED;
  }

  /** Names of the added columns. */
  public List<String> addedNames() {
    return List.of(added.fieldNames());
  }

  /** The type of an added column. */
  public DataType typeOf(String column) {
    return added.apply(column).dataType();
  }

  private static StructType columns() {
    return new StructType();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
