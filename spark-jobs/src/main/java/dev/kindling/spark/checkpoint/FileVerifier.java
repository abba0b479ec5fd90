package dev.kindling.spark.checkpoint;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.DamagedException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.parallel.HadoopSettings;
import java.util.List;
import java.util.stream.Collectors;
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
    implements Function<Integer, FileVerifier.Finding> {

  /**
   * What reading one file has shown.
   *
   * @param problem in words; empty where there is none
   * @param isDamage whether the file is missing or differs, rather than being out of reach
   */
  record Finding(String problem, boolean isDamage) {}

  /**
   * Reads every file and compares size and SHA-256.
   *
   * @throws DamagedException naming the files that are missing or differ
   * @throws InvalidInputException naming the files that cannot be read, which says nothing about
   *     what is in them
   */
  static void verify(
      JavaSparkContext spark, HadoopSettings hadoop, Path directory, List<Manifest.Entry> entries) {
    List<WrittenFile> files =
        entries.stream()
            .map(entry -> new WrittenFile(entry.path(), "", entry.bytes(), entry.sha256()))
            .toList();
    spark.setJobDescription("verify " + directory.getName());
    List<Finding> findings =
        spark
            .parallelize(IntStream.range(0, files.size()).boxed().toList(), files.size())
            .map(new FileVerifier(hadoop, directory.toString(), files))
            .filter(finding -> !finding.problem().isEmpty())
            .collect();
    String unreadable = problems(findings, false);
    if (!unreadable.isEmpty()) {
      throw new InvalidInputException(
          unreadable,
          "storage that answers",
          "check the storage below " + directory + ", then run it again: nothing was changed");
    }
    String damaged = problems(findings, true);
    if (!damaged.isEmpty()) {
      throw new DamagedException(
          damaged,
          "every file as its writer has hashed it",
          "look at the storage below " + directory + ": what was written does not read back");
    }
  }

  private static String problems(List<Finding> findings, boolean damage) {
    return findings.stream()
        .filter(finding -> finding.isDamage() == damage)
        .map(Finding::problem)
        .collect(Collectors.joining("; "));
  }

  @Override
  public Finding call(Integer number) {
    WrittenFile file = files.get(number);
    try {
      Manifest.verify(
          hadoop.get(),
          new Path(directory),
          new Manifest.Entry(file.name(), file.bytes(), file.sha256()));
      return new Finding("", false);
    } catch (InvalidInputException e) {
      String problem = e.getMessage().lines().findFirst().orElse(file.name());
      return new Finding(problem, e instanceof DamagedException);
    }
  }
}
