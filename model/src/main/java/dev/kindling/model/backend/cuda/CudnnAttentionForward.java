package dev.kindling.model.backend.cuda;

import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.cuda.CudnnGraph.Node;
import org.bytedeco.cuda.global.cudnn;

/**
 * Attention's forward pass. The arguments are the query, key, value and output, the statistics if
 * there are some, the scale, and minus infinity if it is causal.
 *
 * @param causal whether position t sees positions 0…t only
 * @param statistics whether they are written: [B, H, Tq, 1] in F32, the natural logarithm of each
 *     row's sum of exponentials
 * @param query [B, H, Tq, D] in BF16, as the others are
 * @param key [B, G, Tk, D]
 * @param value [B, G, Tk, D]
 */
record CudnnAttentionForward(
    boolean causal, boolean statistics, CudnnLayout query, CudnnLayout key, CudnnLayout value)
    implements CudnnProblem {
  static CudnnAttentionForward of(AttentionInputs inputs, boolean statistics) {
    return new CudnnAttentionForward(
        inputs.causal(),
        statistics,
        CudnnLayout.of(inputs.query()),
        CudnnLayout.of(inputs.key()),
        CudnnLayout.of(inputs.value()));
  }

  @Override
  public void describe(CudnnGraph graph) {
    CudnnLayout perRow = CudnnLayout.packed(query.batch(), query.numHeads(), query.numRows(), 1);
    Node queries = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, query);
    Node keys = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, key.transposed());
    Node values = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, value);
    Node output = graph.argument(cudnn.CUDNN_DATA_BFLOAT16, query.packedRows());
    Node logSums = statistics ? graph.argument(cudnn.CUDNN_DATA_FLOAT, perRow) : null;

    Node products = graph.intermediate(cudnn.CUDNN_DATA_FLOAT, scores());
    graph.multiply(queries, keys, products);
    Node scores = graph.each(cudnn.CUDNN_POINTWISE_MUL, products, graph.number());
    if (causal) {
      scores = graph.keepLowerTriangle(scores, graph.number());
    }

    Node maximums = graph.intermediate(cudnn.CUDNN_DATA_FLOAT, perRow);
    graph.reduce(cudnn.CUDNN_REDUCE_TENSOR_MAX, scores, maximums);
    Node exponentials =
        graph.each(
            cudnn.CUDNN_POINTWISE_EXP, graph.each(cudnn.CUDNN_POINTWISE_SUB, scores, maximums));
    Node sums = graph.intermediate(cudnn.CUDNN_DATA_FLOAT, perRow);
    graph.reduce(cudnn.CUDNN_REDUCE_TENSOR_ADD, exponentials, sums);
    if (statistics) {
      Node logarithms = graph.each(cudnn.CUDNN_POINTWISE_LOG, sums);
      graph.each(cudnn.CUDNN_POINTWISE_ADD, maximums, logarithms, logSums);
    }
    Node probabilities = graph.intermediate(cudnn.CUDNN_DATA_BFLOAT16, scores());
    graph.each(cudnn.CUDNN_POINTWISE_DIV, exponentials, sums, probabilities);
    graph.multiply(probabilities, values, output);
  }

  private CudnnLayout scores() {
    return CudnnLayout.packed(query.batch(), query.numHeads(), query.numRows(), key.numRows());
  }
}
