package dev.kindling.spark.checkpoint;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.parallel.HadoopSettings;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Compares files with their manifest, one task per file.
 *
 * @param hadoop the filesystem's settings
 * @param directory that the files lie in
 * @param files by number
 */
record FileVerifier(HadoopSettings hadoop, String directory, List<WrittenFile> files)
    implements Function<Integer, String> {

  /**
   * Reads every file and compares size and SHA-256.
   *
   * @throws InvalidInputException naming a file that is missing or differs
   */
  static void verify(
      JavaSparkContext spark, HadoopSettings hadoop, Path directory, List<Manifest.Entry> entries) {
    List<WrittenFile> files =
        entries.stream()
            .map(entry -> new WrittenFile(entry.path(), "", entry.bytes(), entry.sha256()))
            .toList();
    spark.setJobDescription("verify " + directory.getName());
    List<String> problems =
        spark
            .parallelize(IntStream.range(0, files.size()).boxed().toList(), files.size())
            .map(new FileVerifier(hadoop, directory.toString(), files))
            .filter(problem -> !problem.isEmpty())
            .collect();
    if (!problems.isEmpty()) {
      throw new InvalidInputException(
          String.join("; ", problems),
          "every file as its writer has hashed it",
          "look at the storage below " + directory + ": what was written does not read back");
    }
  }

  @Override
  public String call(Integer number) {
    WrittenFile file = files.get(number);
    try {
      Manifest.verify(
          hadoop.get(),
          new Path(directory),
          new Manifest.Entry(file.name(), file.bytes(), file.sha256()));
      return "";
    } catch (InvalidInputException e) {
      return e.getMessage().lines().findFirst().orElse(file.name());
    }
  }
}
