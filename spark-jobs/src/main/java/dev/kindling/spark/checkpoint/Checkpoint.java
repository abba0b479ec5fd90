package dev.kindling.spark.checkpoint;

import dev.kindling.data.manifest.Manifest;
import org.apache.hadoop.fs.Path;

/**
 * A committed checkpoint.
 *
 * @param directory where it lies
 * @param manifest its files
 * @param trainer what the driver goes on with
 */
public record Checkpoint(Path directory, Manifest manifest, TrainerState trainer) {}
