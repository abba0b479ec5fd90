package dev.kindling.data.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Hashes files, here or where there are more hands for it. */
@FunctionalInterface
public interface FileHasher {
  /** The SHA-256 of every file, in order, as lower-case hexadecimal. */
  List<String> sha256(List<Path> files);

  /** One file after the other in this process: for a few files. */
  static FileHasher here(Configuration hadoop) {
    return files -> {
      List<String> hashes = new ArrayList<>();
      for (Path file : files) {
        hashes.add(sha256(hadoop, file));
      }
      return hashes;
    };
  }

  /** A Spark task for every file, so that the driver reads nothing: for the output of a job. */
  static FileHasher onExecutors(SparkSession spark) {
    return files -> {
      if (files.isEmpty()) {
        return List.of();
      }
      SerializableConfiguration shared =
          new SerializableConfiguration(spark.sessionState().newHadoopConf());
      List<String> names = files.stream().map(Path::toString).toList();
      return JavaSparkContext.fromSparkContext(spark.sparkContext())
          .parallelize(names, names.size())
          .map(name -> sha256(shared.value(), new Path(name)))
          .collect();
    };
  }

  private static String sha256(Configuration hadoop, Path file) {
    try {
      return Checksums.sha256(file.getFileSystem(hadoop), file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
