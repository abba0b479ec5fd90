package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.optim.OptimizerConfig;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** Networks as DL4J's computation graphs, of DL4J's own layers. */
public final class NetworkGraphs {
  private static final String EMBEDDING = "embedding";

  private static final String TOKENS = "tokens";
  private static final String BOTH_DIRECTIONS = "layers";
  private static final String OUTPUT = "lm_head";

  private NetworkGraphs() {}

  /**
   * The graph that is trained on {@link NetworkBatches}. Its score is the mean cross-entropy of the
   * counted targets, in nats; an iteration is a step of the optimiser's schedule; the flat vector
   * of its parameters has {@link NetworkConfig#layout}. {@link GradientClipping} is a listener that
   * whoever trains has to set.
   */
  public static ComputationGraphConfiguration training(
      NetworkConfig network, OptimizerConfig optimizer) {
    return training(network, optimizer, DataType.FLOAT);
  }

  static ComputationGraphConfiguration training(
      NetworkConfig network, OptimizerConfig optimizer, DataType dataType) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .dataType(dataType)
            .updater(Updaters.of(optimizer))
            // The loss is a mean already.
            .miniBatch(false)
            .graphBuilder();
    TrainingSettings training = new TrainingSettings(network.dropout(), optimizer.weightDecay());
    addEmbedding(graph, network, training);
    RnnOutputLayer output =
        training
            .appliedTo(new RnnOutputLayer.Builder(new SparseCrossEntropy()))
            .nIn(network.hiddenSize())
            .nOut(network.vocabSize())
            .activation(Activation.SOFTMAX)
            .dataFormat(RNNFormat.NCW)
            .build();
    graph.addLayer(OUTPUT, output, addHiddenLayers(graph, network, training)).setOutputs(OUTPUT);
    return graph.build();
  }

  /**
   * The graph of the hidden layers alone, for inference. Its output is the last layer; an ELMo also
   * gives the embeddings and the other layers, before it.
   *
   * @param direction of ELMo's; empty in other networks
   */
  static ComputationGraphConfiguration hiddenLayers(NetworkConfig network, String direction) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder().dataType(DataType.FLOAT).graphBuilder();
    addEmbedding(graph, network, TrainingSettings.NONE);
    HiddenLayers layers = new HiddenLayers(graph, network, TrainingSettings.NONE);
    List<String> outputs = new ArrayList<>(List.of(EMBEDDING));
    for (int layer = 0; layer < network.numLayers(); layer++) {
      outputs.add(layers.add(layer, direction, outputs.get(layer)));
    }
    boolean elmo = network.kind() == NetworkConfig.Kind.ELMO;
    List<String> wanted = elmo ? outputs : outputs.subList(network.numLayers(), outputs.size());
    return graph.setOutputs(wanted.toArray(String[]::new)).build();
  }

  /** The directions of an ELMo; one without a name in other networks. */
  static List<String> directions(NetworkConfig network) {
    return network.kind() == NetworkConfig.Kind.ELMO ? List.of("forward", "backward") : List.of("");
  }

  private static void addEmbedding(
      GraphBuilder graph, NetworkConfig network, TrainingSettings training) {
    EmbeddingSequenceLayer embedding =
        training
            .decayAppliedTo(new EmbeddingSequenceLayer.Builder())
            .nIn(network.vocabSize())
            .nOut(network.embeddingSize())
            .inferInputLength(true)
            .activation(Activation.IDENTITY)
            .build();
    graph.addInputs(TOKENS).addLayer(EMBEDDING, embedding, TOKENS);
  }

  /** Layer by layer, because this is the order of the parameters. */
  private static String addHiddenLayers(
      GraphBuilder graph, NetworkConfig network, TrainingSettings training) {
    List<String> directions = directions(network);
    List<String> tops = new ArrayList<>();
    for (int i = 0; i < directions.size(); i++) {
      tops.add(directions.size() == 1 ? EMBEDDING : addHalf(graph, directions.get(i), i));
    }
    HiddenLayers layers = new HiddenLayers(graph, network, training);
    for (int layer = 0; layer < network.numLayers(); layer++) {
      for (int i = 0; i < tops.size(); i++) {
        tops.set(i, layers.add(layer, directions.get(i), tops.get(i)));
      }
    }
    if (tops.size() == 1) {
      return tops.get(0);
    }
    graph.addVertex(BOTH_DIRECTIONS, new StackVertex(), tops.toArray(String[]::new));
    return BOTH_DIRECTIONS;
  }

  /** The half of a batch that one direction of an ELMo reads. */
  private static String addHalf(GraphBuilder graph, String direction, int index) {
    graph.addVertex(direction, new UnstackVertex(index, 2), EMBEDDING);
    return direction;
  }
}
