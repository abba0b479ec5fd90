package dev.kindling.spark.checkpoint;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.spark.parallel.TrainingState;

/**
 * What goes into a checkpoint.
 *
 * @param state parameters and optimiser states, on the executors
 * @param trainer the driver's own
 * @param model the shape
 * @param specialTokens the tokens with a meaning of their own
 * @param tokenizer the bytes of {@code tokenizer.json}
 * @param metrics the bytes of {@code metrics.jsonl} so far
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record CheckpointContent(
    TrainingState state,
    TrainerState trainer,
    ModelShape model,
    SpecialTokenIds specialTokens,
    byte[] tokenizer,
    byte[] metrics) {}
