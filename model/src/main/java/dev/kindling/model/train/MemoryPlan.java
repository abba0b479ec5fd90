package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.nn.VocabularyHead;
import dev.kindling.model.optim.OptimizerConfig;

/**
 * What a training step holds in memory, from the shape of the model and of the batch: a formula,
 * for which nothing is allocated.
 *
 * <p>Legend: P = parameters, N = tokens of a micro-batch, C = embedding size, F = feed-forward
 * size, A = columns of the heads, V = vocabulary size.
 *
 * @param parameters of the masters, 4 P
 * @param gradients of the parameters, 4 P
 * @param moments of AdamW, 8 P; SGD has none
 * @param copies of the parameters in the type of the activations, 2 P with BF16
 * @param activations what the forward pass keeps for the backward pass
 * @param activationGradients of which there are a few at a time
 * @param kernels scratch memory of kernels: logits of a chunk of rows, tiles of attention, packed
 *     operands of products
 */
public record MemoryPlan(
    long parameters,
    long gradients,
    long moments,
    long copies,
    long activations,
    long activationGradients,
    long kernels) {
  /** A Java virtual machine with ND4J, oneDNN and their compiled kernels, and a small heap. */
  public static final long PROCESS_BYTES = 160L << 20;

  /** Off-heap memory of a replica. */
  public long total() {
    return parameters + gradients + moments + copies + activations + activationGradients + kernels;
  }

  /** Resident memory of a process that trains one replica and does nothing else. */
  public long processTotal() {
    return total() + PROCESS_BYTES;
  }

  /**
   * The plan of a step.
   *
   * @param optimizer whose moments there are
   * @param batchSize sequences in a step
   * @param length tokens of a sequence; of an encoder-decoder those of an input
   * @param targetLength tokens of a target of an encoder-decoder; not used by others
   */
  public static MemoryPlan of(
      ArchitectureConfig config,
      OptimizerConfig optimizer,
      ComputeOptions compute,
      int batchSize,
      int length,
      int targetLength) {
    long numParameters = config.numParameters();
    long microBatch = (batchSize + compute.microBatches() - 1L) / compute.microBatches();
    boolean copied = compute.precision() != Precision.F32;
    Activations activations = Activations.of(config, compute, microBatch, length, targetLength);
    return new MemoryPlan(
        numParameters * Float.BYTES,
        numParameters * Float.BYTES,
        optimizer.numMoments() * numParameters * Float.BYTES,
        copied ? numParameters * compute.precision().dtype().bytes() : 0,
        activations.kept(),
        activations.gradients(),
        activations.kernels());
  }

  /** The part that depends on the batch. */
  private record Activations(long kept, long gradients, long kernels) {
    private static final long TILES = 8L << 20;

    static Activations of(
        ArchitectureConfig config,
        ComputeOptions compute,
        long batch,
        int length,
        int targetLength) {
      Widths widths = Widths.of(config);
      long bytes = compute.precision().dtype().bytes();
      long numTokens = batch * length;
      long numTargets = widths.numDecoderLayers() > 0 ? batch * targetLength : numTokens;
      long width = config.embeddingSize();
      long encoderBlock = numTokens * widths.block();
      long decoderBlock =
          numTargets * (widths.block() + widths.crossQueries()) + numTokens * widths.crossKeys();
      long kept =
          compute.activationCheckpointing()
              ? (config.numLayers() * numTokens + widths.numDecoderLayers() * numTargets) * width
                  + Math.max(encoderBlock, decoderBlock * Math.min(1, widths.numDecoderLayers()))
              : config.numLayers() * encoderBlock + widths.numDecoderLayers() * decoderBlock;
      // The embeddings and the final norm of each stack.
      long around = 2 * width * (numTokens + (widths.numDecoderLayers() > 0 ? numTargets : 0));
      long bias =
          widths.relativeBias() * ((long) length * length + (long) targetLength * targetLength);
      long block = 3 * width + 2 * widths.network() + widths.fused();
      long gradients = numTokens * block;
      if (widths.numDecoderLayers() > 0) {
        // Those of the targets' length are not used again for those of the inputs'.
        gradients += numTargets * (block + widths.crossKeys()) + numTokens * widths.memory();
      }
      long rows = VocabularyHead.rowsPerChunk(numTargets, config.vocabSize());
      long logits = rows * config.vocabSize() * (Float.BYTES + (bytes == Float.BYTES ? 0 : bytes));
      return new Activations(
          (kept + around) * bytes + 2 * bias * Float.BYTES,
          gradients * bytes,
          logits + Math.max(numTokens, numTargets) * width * bytes + TILES);
    }
  }

  /** Columns of what a block keeps for every token. */
  private record Widths(
      long block,
      long network,
      long fused,
      long crossQueries,
      long crossKeys,
      long memory,
      int numDecoderLayers,
      long relativeBias) {
    static Widths of(ArchitectureConfig config) {
      long width = config.embeddingSize();
      if (config instanceof GptConfig gpt) {
        long keys = 2L * gpt.numKeyValueHeads() * gpt.headSize();
        boolean gated = gpt.options().feedForward() == GptOptions.FeedForwardKind.SWIGLU;
        return of(width, width, keys, gpt.feedForwardSize(), gated, 0, 0);
      }
      if (config instanceof BertConfig bert) {
        return of(width, width, 2 * width, bert.feedForwardSize(), false, 0, 0);
      }
      if (config instanceof T5Config t5) {
        return of(
            width,
            t5.attentionSize(),
            2 * t5.attentionSize(),
            t5.feedForwardSize(),
            t5.gated(),
            t5.numDecoderLayers(),
            t5.numHeads());
      }
      BartConfig bart = (BartConfig) config;
      return of(width, width, 2 * width, bart.feedForwardSize(), false, bart.numDecoderLayers(), 0);
    }

    private static Widths of(
        long width,
        long heads,
        long keys,
        long network,
        boolean gated,
        int numDecoderLayers,
        long relativeBias) {
      long fused = heads + keys;
      // Two norms and two results of C; the fused projection and the heads; the network's inside.
      long block = 4 * width + fused + heads + (gated ? 3 : 2) * network;
      return new Widths(
          block,
          network,
          fused,
          2 * width + 2 * heads,
          2 * heads,
          width + 2 * heads,
          numDecoderLayers,
          relativeBias);
    }
  }
}
