package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.benchmarks.trainstep.StepConfiguration.Architecture;
import dev.kindling.benchmarks.trainstep.StepFlops;
import java.util.Iterator;
import java.util.List;

/**
 * What is done over and over with a model and one batch.
 *
 * @param name on the command line and in tables
 * @param kind what is done
 * @param model the model and the batch
 */
public record GpuTask(String name, Kind kind, StepConfiguration model) {
  /** Of training's operations forward has a third: backward multiplies twice for each of its. */
  private static final double FORWARD_SHARE = 1.0 / 3;

  /** Rounded up to a multiple of 128, as is usual on GPUs, for all engines. */
  private static final int GPT_VOCABULARY = 50304;

  private static final int BERT_VOCABULARY = 30592;

  /** What is done. */
  public enum Kind {
    /** Optimiser steps. */
    TRAINING,
    /** The losses of all tokens, without gradients. */
    SCORING
  }

  /** All tasks; those of a tiny model try out the programs, and their figures mean nothing. */
  public static final List<GpuTask> ALL =
      List.of(
          gpt("gpt2-124m", Kind.TRAINING, 12, 12, 768, 64),
          gpt("gpt2-124m-scoring", Kind.SCORING, 12, 12, 768, 64),
          new GpuTask(
              "bert-base",
              Kind.TRAINING,
              new StepConfiguration(
                  "bert-base", Architecture.BERT, 12, 12, 768, BERT_VOCABULARY, 512, 64)),
          gpt("gpt-350m", Kind.TRAINING, 24, 16, 1024, 16),
          tiny("tiny", Kind.TRAINING, Architecture.GPT),
          tiny("tiny-bert", Kind.TRAINING, Architecture.BERT),
          tiny("tiny-scoring", Kind.SCORING, Architecture.GPT));

  private static GpuTask gpt(
      String name, Kind kind, int numLayers, int numHeads, int width, int batch) {
    return new GpuTask(
        name,
        kind,
        new StepConfiguration(name, numLayers, numHeads, width, GPT_VOCABULARY, 1024, batch));
  }

  private static GpuTask tiny(String name, Kind kind, Architecture architecture) {
    return new GpuTask(name, kind, new StepConfiguration(name, architecture, 2, 2, 64, 256, 64, 4));
  }

  /** The names of those that are measured unless others are asked for. */
  public static List<String> defaultNames() {
    return names().stream().filter(name -> !name.startsWith("tiny")).toList();
  }

  private static List<String> names() {
    return ALL.stream().map(GpuTask::name).toList();
  }

  /**
   * One of {@link #ALL}.
   *
   * @throws IllegalArgumentException if none has the name
   */
  public static GpuTask named(String name) {
    return ALL.stream()
        .filter(task -> task.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No task is named " + name + ": choose from " + String.join(", ", names())));
  }

  /** The same with other sequences in its batch. */
  public GpuTask withBatch(int batch) {
    return new GpuTask(
        name,
        kind,
        new StepConfiguration(
            model.name(),
            model.architecture(),
            model.numLayers(),
            model.numHeads(),
            model.width(),
            model.vocabSize(),
            model.length(),
            batch));
  }

  /** Floating-point operations of one repetition, of the model and not of an engine. */
  public double flops() {
    double training = StepFlops.of(model);
    return switch (kind) {
      case TRAINING -> training;
      case SCORING -> FORWARD_SHARE * training;
    };
  }

  /** The names of {@link #ALL}, for the help of a command. */
  public static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }
  }
}
