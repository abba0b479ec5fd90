package dev.kindling.spark.checkpoint;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.spark.parallel.TrainingState;
import java.util.OptionalInt;

/**
 * What goes into a checkpoint.
 *
 * @param state parameters and optimiser states, on the executors
 * @param trainer the driver's own
 * @param model the shape
 * @param endOfTextId the token that ends a document, where the vocabulary has one
 * @param tokenizer the bytes of {@code tokenizer.json}
 * @param metrics the bytes of {@code metrics.jsonl} so far
 */
// The arrays are payload of a record that is never compared.
@SuppressWarnings("ArrayRecordComponent")
public record CheckpointContent(
    TrainingState state,
    TrainerState trainer,
    GptConfig model,
    OptionalInt endOfTextId,
    byte[] tokenizer,
    byte[] metrics) {}
