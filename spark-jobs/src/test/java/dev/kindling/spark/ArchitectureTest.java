package dev.kindling.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.ObjectInputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the one-way dependencies between the modules and between the packages, over the main
 * classes of all of them.
 */
class ArchitectureTest {
  private static final String MODEL = "dev.kindling.model..";
  private static final String DATA = "dev.kindling.data..";
  private static final String SPARK_JOBS = "dev.kindling.spark..";

  private static final String TENSOR = "dev.kindling.model.tensor..";
  private static final String BACKEND_ND4J = "dev.kindling.model.backend.nd4j..";
  private static final String BACKEND_ONEDNN = "dev.kindling.model.backend.onednn..";
  private static final String BACKEND_CUDA = "dev.kindling.model.backend.cuda..";
  private static final String DL4J_BRIDGE = "dev.kindling.model.dl4j..";
  private static final String DL4J_SPARK = "dev.kindling.spark.train.dl4j..";

  private static final String[] SPARK = {"org.apache.spark..", "scala.."};
  private static final String[] HADOOP = {"org.apache.hadoop.."};
  private static final String[] DL4J = {"org.deeplearning4j.."};
  private static final String[] ND4J = {"org.nd4j.."};
  private static final String[] ONEDNN = {"org.bytedeco.dnnl.."};
  private static final String[] CUDA = {"org.bytedeco.cuda..", "org.nd4j.linalg.jcublas.."};
  private static final String[] JAVACPP = {"org.bytedeco.javacpp.."};
  private static final String[] NATIVE_LIBRARIES = {"org.bytedeco.."};
  private static final String[] OTHER_LOGGING = {
    "java.util.logging..",
    "org.apache.log4j..",
    "org.apache.logging..",
    "org.apache.commons.logging..",
    "org.apache.spark.internal..",
    "ch.qos.logback.."
  };

  private static final JavaClasses MAIN_CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.kindling");

  /** Without this the rules below would hold for a module whose classes were not found. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev.kindling.model.arch.GptConfig",
        "dev.kindling.data.Document",
        "dev.kindling.spark.config.RunConfig"
      })
  void theMainClassesOfEveryModuleAreLookedAt(String className) {
    assertThat(MAIN_CLASSES.contain(className)).isTrue();
    assertThat(MAIN_CLASSES.contain(ArchitectureTest.class)).isFalse();
  }

  @Test
  void theModelKnowsNothingOfSpark() {
    check(isForbidden(MODEL, SPARK));
  }

  @Test
  void theModelKnowsNothingOfHadoop() {
    check(isForbidden(MODEL, HADOOP));
  }

  @Test
  void theModelKnowsNothingOfTheDataPipeline() {
    check(isForbidden(MODEL, DATA));
  }

  @Test
  void theDataPipelineKnowsNothingOfTheModel() {
    check(isForbidden(DATA, MODEL));
  }

  @Test
  void theDataPipelineKnowsNothingOfNd4j() {
    check(isForbidden(DATA, ND4J));
  }

  @Test
  void theDataPipelineKnowsNothingOfDl4j() {
    check(isForbidden(DATA, DL4J));
  }

  @Test
  void theDataPipelineKnowsNothingOfOneDnnAndOtherNativeLibraries() {
    check(isForbidden(DATA, NATIVE_LIBRARIES));
  }

  @Test
  void nothingImportsTheSparkJobs() {
    check(isAllowedOnlyIn(new String[] {SPARK_JOBS}, SPARK_JOBS));
  }

  @Test
  void layersAndArchitecturesKnowNothingOfParallelism() {
    String[] layers = {"dev.kindling.model.nn..", "dev.kindling.model.arch.."};
    check(
        noClasses()
            .that()
            .resideInAnyPackage(layers)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "..parallel..",
                "java.util.concurrent..",
                "dev.kindling.model.train..",
                SPARK_JOBS,
                "org.apache.spark..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class));
  }

  @Test
  void dl4jIsImportedInItsBridgesOnly() {
    check(isAllowedOnlyIn(DL4J, DL4J_BRIDGE, DL4J_SPARK));
  }

  @Test
  void nd4jIsImportedInItsBackendAndTheDl4jBridgesOnly() {
    check(isAllowedOnlyIn(ND4J, BACKEND_ND4J, DL4J_BRIDGE, DL4J_SPARK));
  }

  @Test
  void oneDnnIsImportedInItsBackendOnly() {
    check(isAllowedOnlyIn(ONEDNN, BACKEND_ONEDNN));
  }

  @Test
  void cudaIsImportedInItsBackendOnly() {
    check(isAllowedOnlyIn(CUDA, BACKEND_CUDA));
  }

  @Test
  void javaCppIsImportedWhereTensorsAndKernelsAreOnly() {
    check(
        isAllowedOnlyIn(JAVACPP, TENSOR, BACKEND_ND4J, BACKEND_ONEDNN, BACKEND_CUDA, DL4J_BRIDGE));
  }

  @Test
  void nothingReadsSerialisedJavaObjects() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .because("a file from a stranger would run code"));
  }

  @Test
  void nothingReadsTheZipsThatDl4jKeepsModelsIn() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveSimpleName("ModelSerializer")
            .orShould()
            .dependOnClassesThat()
            .haveSimpleName("ModelGuesser")
            .orShould()
            .dependOnClassesThat()
            .haveSimpleName("SerializationUtils")
            .orShould()
            .callMethod(ComputationGraph.class, "load", File.class, boolean.class)
            .orShould()
            .callMethod(MultiLayerNetwork.class, "load", File.class, boolean.class)
            .because("their readers make whatever Java objects the file names"));
  }

  @Test
  void nothingUsesGuava() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.common..")
            .because("Spark decides its version on the cluster"));
  }

  @Test
  void nothingLogsExceptThroughSlf4j() {
    check(noClasses().should().dependOnClassesThat().resideInAnyPackage(OTHER_LOGGING));
  }

  @Test
  void librariesDoNotPrint() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(MODEL, DATA)
            .should(ACCESS_STANDARD_STREAMS)
            .because("only the command line talks to the user"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model", "data", "spark"})
  void packagesAreFreeOfCycles(String module) {
    check(slices().matching("dev.kindling." + module + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void everyClassLivesInAModuleOfItsOwn() {
    check(classes().should().resideInAnyPackage(MODEL, DATA, SPARK_JOBS));
  }

  private static ArchRule isForbidden(String inPackage, String... dependencies) {
    return noClasses()
        .that()
        .resideInAPackage(inPackage)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(dependencies);
  }

  /** Holds too for packages that do not exist yet: they may use it when they come. */
  private static ArchRule isAllowedOnlyIn(String[] dependencies, String... packages) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(dependencies);
  }

  private static void check(ArchRule rule) {
    rule.check(MAIN_CLASSES);
  }
}
