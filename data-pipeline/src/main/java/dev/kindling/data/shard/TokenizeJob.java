package dev.kindling.data.shard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.tokenizer.CleanDocuments;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Turns cleaned documents into token shards of Megatron's layout (see {@link TokenIndex}). The
 * documents are shuffled by the hash of their text, and divided into training and validation. The
 * same documents give the same bytes for any number of partitions.
 *
 * <p>The steps: encode, once; sum up tokens by bucket of the order; plan ranges; shuffle each range
 * to one task, which writes its shards under attempt-specific names (see {@link ShardTask}); the
 * driver renames the files of the winning attempts and commits the manifest. On an object store a
 * rename is a copy within the store. What an attempt that lost may still write stays below a hidden
 * directory that no manifest names.
 *
 * <p>A run after one that was killed encodes again, and writes only the ranges that are missing
 * (see {@link FinishedRanges}).
 */
public final class TokenizeJob {
  /** {@link TokenizeConfig.Validation#by} for whole documents, chosen by the hash of their text. */
  public static final String BY_DOCUMENT = "document";

  /** {@link TokenizeConfig.Validation#by} for the last part of every document. */
  public static final String BY_TAIL = "tail";

  private static final int VERSION = 2;
  private static final String ATTEMPTS = "_attempts";
  private static final int MAX_PACKED_LENGTH = 1 << 20;

  private TokenizeJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param documents the output of cleaning
   * @param tokenizer a {@code tokenizer.json}, or a directory that holds one
   * @return a manifest of kind {@value TokenSet#KIND}
   * @throws InvalidInputException if the configuration, an input or the output cannot be used, a
   *     document has a character that the tokenizer lacks, or a split would be empty; an existing
   *     output stays as it is
   */
  public static Manifest run(
      SparkSession spark, TokenizeConfig config, Path documents, Path tokenizer, Path output) {
    requireValid(config);
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    Dataset<Row> rows = CleanDocuments.open(spark, documents);
    OutputDirectory.requireOutside(hadoop, output, List.of(documents, tokenizer));
    byte[] tokenizerJson = TokenizerFile.readBytes(hadoop, tokenizer);
    Tokenizer parsed = TokenizerFile.parse(tokenizerJson);
    requirePackable(config, parsed);
    String fingerprint =
        Fingerprint.of("tokenize", VERSION)
            .with("config", config)
            .with("tokenizer", Checksums.sha256(tokenizerJson))
            .withInput("documents", hadoop, documents)
            .sha256();
    String[] ownNames = {"train-*", "validation-*", TokenizerFile.NAME, ATTEMPTS};
    try (OutputDirectory directory =
        OutputDirectory.resume(hadoop, output, TokenSet.KIND, fingerprint, ownNames)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      JavaPairRDD<byte[], byte[]> pieces =
          encode(context, config, tokenizerJson, rows).persist(StorageLevel.MEMORY_AND_DISK());
      try {
        TokenStatistics statistics = sumUp(pieces, parsed.vocabSize());
        requireBothSplits(statistics, config, documents);
        Path attempts = directory.resolve(ATTEMPTS);
        int fillerId = parsed.endOfTextId().orElse(0);
        List<WrittenShard> shards = write(context, pieces, statistics, config, fillerId, attempts);
        List<Manifest.Entry> files = TokenShards.giveFinalNames(hadoop, shards, directory.path());
        attempts.getFileSystem(hadoop).delete(attempts, true);
        files.add(writeTokenizer(hadoop, directory.resolve(TokenizerFile.NAME), tokenizerJson));
        ObjectNode details = details(config, statistics, parsed, shards);
        details.put("tokenizerSha256", Checksums.sha256(tokenizerJson));
        return directory.commit(
            new Manifest(Manifest.SCHEMA_VERSION, TokenSet.KIND, fingerprint, details, files));
      } finally {
        pieces.unpersist();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the token shards to " + output, e);
    }
  }

  private static void requireValid(TokenizeConfig config) {
    TokenizeConfig.Validation validation = config.validation();
    if (!validation.by().equals(BY_DOCUMENT) && !validation.by().equals(BY_TAIL)) {
      throw new InvalidInputException(
          "tokenize.validation.by is '" + validation.by() + "'",
          BY_DOCUMENT + " or " + BY_TAIL,
          "change tokenize.validation.by");
    }
    if (!(validation.fraction() > 0 && validation.fraction() < 1)) {
      throw new InvalidInputException(
          "tokenize.validation.fraction is " + validation.fraction(),
          "a fraction above 0 and below 1",
          "change tokenize.validation.fraction");
    }
    if (config.shardTokens() < 1) {
      throw new InvalidInputException(
          "tokenize.shardTokens is " + config.shardTokens(), "1 or more", "raise it");
    }
    if (config.packedLength() < 0
        || config.packedLength() == 1
        || config.packedLength() > MAX_PACKED_LENGTH) {
      throw new InvalidInputException(
          "tokenize.packedLength is " + config.packedLength(),
          "0 for none, or 2 to " + MAX_PACKED_LENGTH,
          "choose another value, for a gpt model.contextLength + 1");
    }
    if (config.sentences() && config.packedLength() > 0) {
      throw new InvalidInputException(
          "tokenize.sentences is true and tokenize.packedLength is " + config.packedLength(),
          "one of the two: a packed sequence is a window of documents, and not of sentences",
          "set tokenize.packedLength=0, or tokenize.sentences=false");
    }
  }

  private static void requirePackable(TokenizeConfig config, Tokenizer tokenizer) {
    if (config.packedLength() > 0 && tokenizer.endOfTextId().isEmpty()) {
      throw new InvalidInputException(
          "tokenize.packedLength is "
              + config.packedLength()
              + ", and the tokenizer has no end-of-text token",
          "one, which parts documents and fills sequences up",
          "learn a tokenizer with tokenizer.endOfText=true, or set tokenize.packedLength=0");
    }
  }

  private static JavaPairRDD<byte[], byte[]> encode(
      JavaSparkContext context, TokenizeConfig config, byte[] tokenizerJson, Dataset<Row> rows) {
    DocumentEncoder encoder =
        new DocumentEncoder(
            context.broadcast(tokenizerJson),
            config.validation().by().equals(BY_TAIL),
            config.validation().fraction(),
            config.sentences());
    return rows.javaRDD().mapPartitionsToPair(encoder::encode);
  }

  private static TokenStatistics sumUp(JavaPairRDD<byte[], byte[]> pieces, int vocabSize) {
    if (pieces.getNumPartitions() == 0) {
      return new TokenStatistics(vocabSize);
    }
    return pieces
        .mapPartitions(partition -> List.of(sumUp(partition, vocabSize)).iterator())
        .treeReduce(TokenStatistics::merge);
  }

  private static TokenStatistics sumUp(Iterator<Tuple2<byte[], byte[]>> partition, int vocabSize) {
    return new TokenStatistics(vocabSize).addAll(partition);
  }

  private static void requireBothSplits(
      TokenStatistics statistics, TokenizeConfig config, Path documents) {
    statistics
        .problem()
        .ifPresent(
            problem -> {
              throw new InvalidInputException(
                  problem,
                  "documents that the tokenizer can encode",
                  "learn a tokenizer from these documents, or use a byte-level BPE tokenizer, which"
                      + " encodes any text");
            });
    for (Split split : Split.values()) {
      if (statistics.tokens(split) == 0) {
        TokenizeConfig.Validation validation = config.validation();
        throw new InvalidInputException(
            String.format(
                Locale.ROOT,
                "the %s split of %s would be empty: %d documents, validation by %s, fraction %s",
                split.label(),
                documents,
                statistics.documents(Split.TRAIN) + statistics.documents(Split.VALIDATION),
                validation.by(),
                validation.fraction()),
            "at least one document in each split",
            validation.by().equals(BY_DOCUMENT)
                ? "give more documents, or hold out the end of every document with"
                    + " --set tokenize.validation.by=tail"
                : "give more text, or another --set tokenize.validation.fraction");
      }
    }
  }

  private static List<WrittenShard> write(
      JavaSparkContext context,
      JavaPairRDD<byte[], byte[]> pieces,
      TokenStatistics statistics,
      TokenizeConfig config,
      int fillerId,
      Path attempts)
      throws IOException {
    Configuration hadoop = context.hadoopConfiguration();
    FileSystem fs = attempts.getFileSystem(hadoop);
    Optional<List<WrittenShard>> all = FinishedRanges.read(fs, attempts);
    if (all.isPresent()) {
      return all.get();
    }
    ShardPlan plan = new ShardPlan(statistics, config.shardTokens());
    Map<Integer, List<WrittenShard>> finished = FinishedRanges.find(fs, attempts);
    Set<Integer> ranges = Set.copyOf(finished.keySet());
    Path run = new Path(attempts, UUID.randomUUID().toString());
    ShardTask task =
        new ShardTask(
            context.broadcast(new SerializableConfiguration(hadoop)),
            QualifiedPath.of(hadoop, run),
            statistics.type(),
            config,
            fillerId);
    List<List<WrittenShard>> written =
        pieces
            .filter(piece -> !ranges.contains(plan.getPartition(piece._1())))
            .repartitionAndSortWithinPartitions(plan, new PieceKey.Order())
            .mapPartitions(task::write)
            .collect();
    List<WrittenShard> shards = new ArrayList<>();
    for (int range = 0; range < plan.numPartitions(); range++) {
      shards.addAll(finished.getOrDefault(range, written.get(range)));
    }
    FinishedRanges.note(fs, attempts, shards);
    return shards;
  }

  private static Manifest.Entry writeTokenizer(Configuration hadoop, Path path, byte[] json)
      throws IOException {
    try (OutputStream out = path.getFileSystem(hadoop).create(path, true)) {
      out.write(json);
    }
    return new Manifest.Entry(path.getName(), json.length, Checksums.sha256(json));
  }

  private static long numTokens(List<WrittenShard> shards, Split split, TokenType type) {
    return shards.stream()
        .filter(shard -> shard.split() == split)
        .mapToLong(shard -> shard.binBytes() / type.bytes())
        .sum();
  }

  private static ObjectNode details(
      TokenizeConfig config,
      TokenStatistics statistics,
      Tokenizer tokenizer,
      List<WrittenShard> shards) {
    ObjectNode details = Manifest.newDetails();
    details.put("vocabSize", tokenizer.vocabSize());
    if (tokenizer.endOfTextId().isPresent()) {
      details.put("endOfText", tokenizer.endOfTextId().getAsInt());
    } else {
      details.putNull("endOfText");
    }
    if (config.packedLength() > 0) {
      details.put(TokenSet.PACKED_LENGTH, config.packedLength());
      details.put(
          "fillerTokens",
          numTokens(shards, Split.TRAIN, statistics.type()) - statistics.tokens(Split.TRAIN));
    }
    if (config.sentences()) {
      details.put(TokenSet.SENTENCES, true);
    }
    ObjectNode splits = details.putObject("splits");
    for (Split split : Split.values()) {
      splits
          .putObject(split.label())
          .put("tokens", numTokens(shards, split, statistics.type()))
          .put("documents", statistics.documents(split))
          .put("bytes", statistics.textBytes(split))
          .put("shards", shards.stream().filter(shard -> shard.split() == split).count());
    }
    details.put("unigramLoss", statistics.unigramLoss());
    details.put("uniformLoss", Math.log(tokenizer.vocabSize()));
    return details;
  }
}
