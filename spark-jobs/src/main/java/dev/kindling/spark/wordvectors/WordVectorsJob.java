package dev.kindling.spark.wordvectors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.spark.config.Word2VecConfig;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.mllib.feature.Word2Vec;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.collection.JavaConverters;

/**
 * Token shards to word vectors. The driver counts the words and holds their vectors; the executors
 * read the text and learn, in MLlib's Word2Vec.
 */
public final class WordVectorsJob {
  /** The group of Spark's jobs that learn: one that counts words, and then one an iteration. */
  public static final String TRAINING = "kindling-word2vec-training";

  /** Raised when the same tokens and settings give other vectors. */
  private static final int VERSION = 1;

  private static final int NEIGHBOURS_OF_EXAMPLE = 8;
  private static final int PARTS_PER_CORE = 4;
  private static final double NANOS_PER_SECOND = 1e9;

  private final JavaSparkContext spark;
  private final Word2VecConfig config;
  private final Path input;

  private WordVectorsJob(JavaSparkContext spark, Word2VecConfig config, Path input) {
    this.spark = spark;
    this.config = config;
    this.input = QualifiedPath.of(spark.hadoopConfiguration(), input);
  }

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param input token shards, of which the split {@code train} is learned from
   * @param output gets {@code vectors.safetensors}, {@code words.json} and {@code vectors.txt}
   * @throws InvalidInputException if no word is frequent enough, or there are more vectors than the
   *     driver can hold or collect
   */
  public static Manifest run(SparkSession session, Word2VecConfig config, Path input, Path output) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    Configuration hadoop = spark.hadoopConfiguration();
    OutputDirectory.requireOutside(hadoop, output, List.of(input));
    Manifest.require(hadoop, input, TokenSet.KIND);
    String fingerprint =
        Fingerprint.of("word2vec", VERSION)
            .withInput("tokens", hadoop, input)
            .with("word2vec", config)
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(
            hadoop,
            output,
            WordVectorsDirectory.KIND,
            fingerprint,
            WordVectorsDirectory.VECTORS,
            WordVectorsDirectory.WORDS,
            WordVectorsDirectory.TEXT)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      ObjectNode details = new WordVectorsJob(spark, config, input).learn(directory);
      return directory.commit(details);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the word vectors to " + output, e);
    }
  }

  private ObjectNode learn(OutputDirectory directory) throws IOException {
    HadoopSettings hadoop = HadoopSettings.send(spark);
    long start = System.nanoTime();
    List<WordCount> counted = count(sentences(hadoop, null));
    DriverRoom.of(spark.getConf()).require(counted.size(), config.vectorSize());
    WordVectors vectors = train(hadoop, counted);
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    WordVectorsDirectory.write(spark.hadoopConfiguration(), directory, vectors);
    long corpusWords = counted.stream().mapToLong(WordCount::count).sum();
    ObjectNode details = Manifest.newDetails();
    details.put("words", vectors.words().size());
    details.put("vectorSize", vectors.size());
    details.put("corpusWords", corpusWords);
    details.put("window", config.window());
    details.put("minCount", config.minCount());
    details.put("subsample", config.subsample());
    details.put("iterations", config.iterations());
    details.put("learningRate", config.learningRate());
    details.put("partitions", config.partitions());
    details.put("lowercase", config.lowercase());
    details.put("seed", config.seed());
    String example = vectors.example().word();
    ObjectNode neighbours = details.putObject("example").put("word", example);
    vectors
        .neighbours(example, NEIGHBOURS_OF_EXAMPLE)
        .forEach(near -> neighbours.withArray("neighbours").add(near.word().word()));
    details.put("seconds", seconds);
    details.put("wordsPerSecond", corpusWords * config.iterations() / seconds);
    return details;
  }

  private JavaRDD<List<String>> sentences(HadoopSettings hadoop, Subsampling subsampling) {
    int numParts = PARTS_PER_CORE * spark.defaultParallelism();
    List<Integer> parts = IntStream.range(0, numParts).boxed().toList();
    return spark
        .parallelize(parts, numParts)
        .flatMap(
            new ReadSentences(
                hadoop,
                input.toString(),
                numParts,
                config.lowercase(),
                config.maxSentenceLength(),
                subsampling));
  }

  /** The words that get vectors. */
  private List<WordCount> count(JavaRDD<List<String>> sentences) {
    int minCount = config.minCount();
    List<WordCount> words = new ArrayList<>();
    sentences
        .flatMap(List::iterator)
        .mapToPair(word -> new Tuple2<>(word, 1L))
        .reduceByKey(Long::sum)
        .filter(pair -> pair._2() >= minCount)
        .collect()
        .forEach(pair -> words.add(new WordCount(pair._1(), pair._2())));
    words.sort(WordCount.ORDER);
    if (words.isEmpty()) {
      throw new InvalidInputException(
          "no word of " + input + " occurs " + minCount + " times",
          "some words that are frequent enough to learn from",
          "give more text, or a smaller word2vec.minCount");
    }
    return words;
  }

  private WordVectors train(HadoopSettings hadoop, List<WordCount> counted) {
    Broadcast<Map<String, Float>> probabilities =
        spark.broadcast(Subsampling.probabilities(counted, config.subsample()));
    JavaRDD<List<String>> sentences =
        sentences(hadoop, new Subsampling(probabilities, config.seed()))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    spark.setJobGroup(TRAINING, "learn word vectors");
    try {
      Map<String, float[]> learned =
          JavaConverters.mapAsJavaMap(
              new Word2Vec()
                  .setVectorSize(config.vectorSize())
                  .setWindowSize(config.window())
                  .setMinCount(1) // the others have been left out
                  .setNumIterations(config.iterations())
                  .setLearningRate(config.learningRate())
                  .setNumPartitions(config.partitions())
                  .setMaxSentenceLength(config.maxSentenceLength())
                  .setSeed(config.seed())
                  .fit(sentences)
                  .getVectors());
      return inOrder(counted, learned);
    } finally {
      spark.clearJobGroup();
      sentences.unpersist(false);
      probabilities.destroy();
    }
  }

  private WordVectors inOrder(List<WordCount> counted, Map<String, float[]> learned) {
    // A word of which chance has left nothing to learn from has no vector.
    List<WordCount> words =
        counted.stream().filter(word -> learned.containsKey(word.word())).toList();
    float[] values = new float[words.size() * config.vectorSize()];
    for (int row = 0; row < words.size(); row++) {
      float[] vector = learned.get(words.get(row).word());
      for (float value : vector) {
        if (!Float.isFinite(value)) {
          throw new InvalidInputException(
              "learning has diverged: the vector of '" + words.get(row).word() + "' is not finite",
              "finite numbers",
              "lower word2vec.learningRate");
        }
      }
      System.arraycopy(vector, 0, values, row * config.vectorSize(), config.vectorSize());
    }
    return new WordVectors(words, config.vectorSize(), values);
  }
}
