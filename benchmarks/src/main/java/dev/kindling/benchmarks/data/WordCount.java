package dev.kindling.benchmarks.data;

import java.util.Arrays;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * The yardstick: reads text files, splits lines at white space and counts how many words there are,
 * as anyone would write it for Spark.
 */
public final class WordCount {
  private WordCount() {}

  /** Takes a directory of text files. */
  public static void main(String[] args) {
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("word count"))) {
      long numWords =
          spark
              .textFile(args[0])
              .flatMap(line -> Arrays.asList(line.split("\\s+", -1)).iterator())
              .mapToPair(word -> new Tuple2<>(word, 1L))
              .reduceByKey(Long::sum)
              .count();
      System.out.println(numWords + " words");
    }
  }
}
