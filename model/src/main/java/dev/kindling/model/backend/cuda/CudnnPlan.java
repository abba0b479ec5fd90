package dev.kindling.model.backend.cuda;

import static dev.kindling.model.backend.cuda.CudnnStatus.check;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;

/** How cuDNN computes one problem: the kernels that it recommends, compiled. */
final class CudnnPlan implements AutoCloseable {
  private final cudnnContext handle;
  private final CudnnGraph graph = new CudnnGraph();
  private final CudnnDescriptor plan;
  private final long[] argumentIds;
  private final long workspaceBytes;

  /**
   * Lets cuDNN choose and compile, which may take a second.
   *
   * @throws IllegalStateException if it has no kernels for the problem
   */
  CudnnPlan(cudnnContext handle, CudnnProblem problem) {
    this.handle = handle;
    try {
      problem.describe(graph);
      this.argumentIds = graph.argumentIds();
      this.plan = firstThatCompiles(recommendations(graph.finish(handle)));
      this.workspaceBytes = plan.getLong(cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
    } catch (IllegalStateException e) {
      graph.close();
      throw e;
    }
  }

  private List<CudnnDescriptor> recommendations(CudnnDescriptor operations) {
    CudnnDescriptor heuristics =
        graph
            .make(cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "a choice of kernels")
            .setDescriptor(cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operations)
            .setEnum(
                cudnn.CUDNN_ATTR_ENGINEHEUR_MODE,
                cudnn.CUDNN_TYPE_HEUR_MODE,
                cudnn.CUDNN_HEUR_MODE_A)
            .finish();
    int count = heuristics.numDescriptors(cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS);
    List<CudnnDescriptor> configurations =
        IntStream.range(0, count)
            .mapToObj(i -> graph.make(cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, "kernels"))
            .toList();
    int found = heuristics.getDescriptors(cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS, configurations);
    return configurations.subList(0, found);
  }

  private CudnnDescriptor firstThatCompiles(List<CudnnDescriptor> configurations) {
    IllegalStateException failure =
        new IllegalStateException("cuDNN recommends no kernels for this pattern");
    for (CudnnDescriptor configuration : configurations) {
      try {
        return graph
            .make(cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, "a plan")
            .setDescriptor(cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration)
            .setHandle(cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle)
            .finish();
      } catch (IllegalStateException e) {
        failure = e;
      }
    }
    throw failure;
  }

  /** Tells this plan from all others that are open. */
  long number() {
    return plan.handle().address();
  }

  /** Bytes of scratch that a run needs. */
  long workspaceBytes() {
    return workspaceBytes;
  }

  /**
   * Starts the kernels behind all that were started before on the handle's stream; does not wait.
   *
   * @param addresses of the problem's arguments in the order that it names them in; those of
   *     numbers are of the host
   * @param workspace address of {@link #workspaceBytes} bytes
   * @throws IllegalStateException if cuDNN refuses
   */
  void run(long[] addresses, long workspace) {
    try (CudnnDescriptor arguments =
        new CudnnDescriptor(cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "arguments")) {
      arguments
          .setAddresses(cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, addresses)
          .setLongs(cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, argumentIds)
          .setAddresses(cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace)
          .finish();
      check(
          cudnn.cudnnBackendExecute(handle, plan.handle(), arguments.handle()),
          "start its kernels");
    }
  }

  @Override
  public void close() {
    graph.close();
  }
}
