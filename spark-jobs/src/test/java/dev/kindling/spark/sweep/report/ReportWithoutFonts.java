package dev.kindling.spark.sweep.report;

import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Writes the report of a sweep into a directory and prints what could not be drawn. */
final class ReportWithoutFonts {
  private ReportWithoutFonts() {}

  public static void main(String[] arguments) {
    List<String> missing =
        new SweepReport(
                "sweep", Sweeps.nine(), List.of(), Optional.empty(), "none", Sweeps.noClusterSize())
            .write(new Configuration(), new Path(arguments[0]));
    missing.forEach(System.out::println);
  }
}
