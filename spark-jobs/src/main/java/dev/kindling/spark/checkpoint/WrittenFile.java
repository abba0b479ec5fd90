package dev.kindling.spark.checkpoint;

import java.io.Serializable;

/**
 * A file that one attempt of a task has written completely.
 *
 * @param name under which it belongs into the checkpoint
 * @param attempt the path where it lies
 * @param bytes its size
 * @param sha256 of the bytes that were handed to the filesystem
 */
record WrittenFile(String name, String attempt, long bytes, String sha256)
    implements Serializable {}
