package dev.kindling.model.backend;

/**
 * The numbers of one AdamW update (Loshchilov and Hutter 2019) that are the same for all
 * parameters.
 *
 * @param learningRate this step's rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the corrected second moment
 * @param gradientScale multiplies every gradient first: below 1 where the global norm is clipped
 * @param firstCorrection 1 - beta1^(step + 1)
 * @param secondCorrection 1 - beta2^(step + 1)
 */
public record AdamWUpdate(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double gradientScale,
    double firstCorrection,
    double secondCorrection) {}
