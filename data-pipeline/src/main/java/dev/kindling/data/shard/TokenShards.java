package dev.kindling.data.shard;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.QualifiedPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** The files of a token directory: their names, and whether they are what was written. */
public final class TokenShards {
  private static final String BIN = ".bin";
  private static final String IDX = ".idx";
  private static final String NUMBER = "-[0-9]{5,}";

  private TokenShards() {}

  /**
   * Reads every file of a token directory, or of all parts of a mixture, again, on the executors,
   * and compares its size and SHA-256 with the manifest's.
   *
   * @return the manifest
   * @throws InvalidInputException naming the first file that is missing or differs, or if {@code
   *     directory} is no token directory
   */
  public static Manifest verify(SparkSession spark, Path directory) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Configuration configuration = context.hadoopConfiguration();
    Manifest manifest = Manifest.require(configuration, directory, TokenSet.KIND);
    Set<Path> directories = new LinkedHashSet<>(List.of(directory));
    directories.addAll(Mixture.of(manifest, directory).directories());
    List<String[]> files = new ArrayList<>();
    for (Path part : directories) {
      String name = QualifiedPath.of(configuration, part).toString();
      for (Manifest.Entry file : Manifest.require(configuration, part, TokenSet.KIND).files()) {
        files.add(new String[] {name, file.path(), Long.toString(file.bytes()), file.sha256()});
      }
    }
    Broadcast<SerializableConfiguration> hadoop =
        context.broadcast(new SerializableConfiguration(configuration));
    List<String> problems =
        context
            .parallelize(files, Math.max(files.size(), 1))
            .mapToPair(file -> new Tuple2<>(file[0] + "/" + file[1], problem(hadoop, file)))
            .filter(result -> !result._2().isEmpty())
            .sortByKey()
            .values()
            .take(1);
    hadoop.destroy();
    if (!problems.isEmpty()) {
      throw new InvalidInputException(
          problems.get(0),
          "the size and the SHA-256 that the manifest names",
          "restore the file, or delete the directory and run `kindling tokenize` again");
    }
    return manifest;
  }

  /**
   * Numbers shards within their split, in their order, and moves them to the names that say so.
   * Those that a run which was killed has moved already stay where they are.
   *
   * @return the files, to which the caller may add
   */
  static List<Manifest.Entry> giveFinalNames(
      Configuration hadoop, List<WrittenShard> shards, Path directory) throws IOException {
    FileSystem fs = directory.getFileSystem(hadoop);
    List<Manifest.Entry> files = new ArrayList<>();
    int[] numShards = new int[Split.COUNT];
    for (WrittenShard shard : shards) {
      Split split = shard.split();
      Path writtenBin = new Path(shard.bin());
      Path bin = new Path(directory, binName(split.label(), numShards[split.code()]++));
      Path idx = indexOf(bin);
      move(fs, writtenBin, bin, shard.binBytes());
      move(fs, indexOf(writtenBin), idx, shard.idxBytes());
      files.add(new Manifest.Entry(bin.getName(), shard.binBytes(), shard.binSha256()));
      files.add(new Manifest.Entry(idx.getName(), shard.idxBytes(), shard.idxSha256()));
    }
    return files;
  }

  private static void move(FileSystem fs, Path from, Path to, long numBytes) throws IOException {
    if (!fs.exists(from) && FinishedRanges.isThere(fs, to, numBytes)) {
      return;
    }
    if (!fs.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }

  /** The name of a shard's tokens. */
  static String binName(String split, int number) {
    return String.format(Locale.ROOT, "%s-%05d%s", split, number, BIN);
  }

  /** The index beside a shard. */
  static Path indexOf(Path bin) {
    String name = bin.getName();
    return new Path(bin.getParent(), name.substring(0, name.length() - BIN.length()) + IDX);
  }

  /** Whether a file holds the tokens of a shard of {@code split}. */
  static boolean isShardOf(String split, String name) {
    return name.matches(Pattern.quote(split) + NUMBER + "\\" + BIN);
  }

  private static String problem(Broadcast<SerializableConfiguration> hadoop, String[] file) {
    Manifest.Entry entry = new Manifest.Entry(file[1], Long.parseLong(file[2]), file[3]);
    try {
      Manifest.verify(hadoop.value().value(), new Path(file[0]), entry);
      return "";
    } catch (InvalidInputException e) {
      return e.getMessage().lines().findFirst().orElseThrow();
    }
  }
}
