package dev.kindling.model.backend;

import java.util.Optional;

/**
 * Makes groups of the devices of several ranks, one each, which then work on tensors of theirs
 * together. The ranks are threads or processes of any machines, and find each other by a key that
 * one of them makes and somebody else hands to the others.
 */
public interface DeviceGroups {
  /** The name of this rank's device, which no other on any machine has. */
  String device();

  /** Why this rank can join no group, in words that end a sentence; empty if it can. */
  Optional<String> obstacle();

  /** Bytes of every key. */
  int keyBytes();

  /** A key that no other group has, made by one of its ranks. */
  byte[] newKey();

  /**
   * Joins a group; waits until all have come.
   *
   * @param key of the group
   * @param rank this rank's number in it
   * @param size ranks of it, each with a device of its own
   * @throws IllegalStateException if that fails
   */
  DeviceGroup join(byte[] key, int rank, int size);
}
