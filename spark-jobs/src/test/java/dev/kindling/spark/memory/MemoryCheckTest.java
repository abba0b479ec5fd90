package dev.kindling.spark.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.train.MemoryPlan;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What settings of Spark give, and which of them are refused, by computing alone. */
class MemoryCheckTest {
  private static final long MIB = 1L << 20;
  private static final int P = 25 << 20;

  /** Four replicas of 25 Mi parameters that keep their moments; 1 GiB of activations each. */
  private static final RunMemory RUN =
      RunMemory.onHost(
          4,
          4,
          new MemoryPlan(4L * P, 4L * P, 8L * P, 0, 1024 * MIB, 0, 0),
          400 * MIB + 800 * MIB,
          20L * P,
          8L * P,
          8L * P,
          8L * P + 4 * 12L * P);

  private static final String UNLIMITED = "-D" + OffHeapMemory.LIMIT + "=0";

  private static SparkConf conf(String master, String... settings) {
    SparkConf conf = new SparkConf(false).set("spark.master", master);
    conf.set(ExecutorSettings.DEFAULT_JAVA_OPTIONS, UNLIMITED);
    for (String setting : settings) {
      conf.set(setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    return conf;
  }

  private static MemoryCheck check(SparkConf conf) {
    return MemoryCheck.of(RUN, ExecutorSettings.of(conf), conf);
  }

  /** What a line says, as Spark would be told. */
  private static SparkConf following(SparkConf conf, String line) {
    SparkConf changed = conf.clone();
    for (String option : line.split("--(conf )?", -1)) {
      String[] parts = option.replace("'", "").strip().split("[ =]", 2);
      if (parts.length == 2) {
        changed.set(parts[0].equals("master") ? "spark.master" : parts[0], parts[1]);
      }
    }
    return changed;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          yarn               | spark.executor.memory=2g                                         | 384
          yarn               | spark.executor.memory=20g                                        | 2048
          yarn               | spark.executor.memory=2g  spark.executor.memoryOverhead=1g       | 1024
          yarn               | spark.executor.memory=2g  spark.executor.memoryOverhead=700      | 700
          yarn               | spark.executor.memory=2g  spark.executor.memoryOverheadFactor=0.5 | 1024
          k8s://https://h:1  | spark.executor.memory=2g                                         | 384
          k8s://https://h:1  | spark.executor.memory=2g  spark.kubernetes.memoryOverheadFactor=0.5 | 1024
          """)
  void theOverheadIsWhatSparkMakesOfItsSettings(String master, String settings, long mebibytes) {
    ExecutorSettings given = ExecutorSettings.of(conf(master, settings.strip().split(" +")));

    assertThat(given.overhead()).hasValue(mebibytes * MIB);
    assertThat(given.container()).hasValue(given.heap() + mebibytes * MIB);
  }

  @Test
  void sparksOwnOffHeapMemoryLiesInTheContainerBesideTheOverhead() {
    ExecutorSettings given =
        ExecutorSettings.of(
            conf(
                "yarn",
                "spark.executor.memory=1g",
                "spark.memory.offHeap.enabled=true",
                "spark.memory.offHeap.size=512m"));

    assertThat(given.container()).hasValue((1024 + 384 + 512) * MIB);
  }

  @ParameterizedTest
  @CsvSource({
    "'local[4]', 1, 4",
    "'local', 1, 1",
    "'local[3, 2]', 1, 3",
    "'local-cluster[2,6,1024]', 2, 6",
    "'yarn', , 1",
    "'spark://host:7077', , 1",
  })
  void executorsAndTheirSlotsFollowFromTheMaster(String master, Integer executors, int slots) {
    ExecutorSettings given = ExecutorSettings.of(conf(master));

    assertThat(given.numSlots()).isEqualTo(slots);
    assertThat(given.numExecutors().isPresent()).isEqualTo(executors != null);
    given.numExecutors().ifPresent(number -> assertThat(number).isEqualTo(executors));
    assertThat(given.container().isPresent()).isEqualTo(master.equals("yarn"));
  }

  @Test
  void aTaskOfSeveralCoresLeavesRoomForFewerRanks() {
    SparkConf conf = conf("yarn", "spark.executor.cores=8", "spark.task.cpus=4");

    assertThat(check(conf).need().numRanks()).isEqualTo(2);
  }

  @Test
  void executorsThatComeAndGoHaveOneRankInAnyCase() {
    SparkConf fixed = conf("yarn", "spark.executor.cores=4", "spark.executor.instances=1");
    SparkConf free = conf("yarn", "spark.executor.cores=4");
    free.set("spark.dynamicAllocation.enabled", "true").set("spark.executor.instances", "1");

    assertThat(check(fixed).need().leastNative()).isEqualTo(4 * RUN.leastOffHeap());
    assertThat(check(fixed).need().leastHeap())
        .isEqualTo(check(free).need().leastHeap() + 3 * RUN.heldHeap());
    assertThat(check(free).need().leastNative()).isEqualTo(RUN.leastOffHeap());
    assertThat(check(free).need().numRanks()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "k8s://https://host:6443"})
  void aContainerThatIsTooSmallIsRefusedWithTheLineThatIsEnough(String master) {
    SparkConf conf = conf(master, "spark.executor.memory=1g");
    MemoryCheck check = check(conf);

    assertThatThrownBy(check::require)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "each executor has a container of 1.4 GiB",
            "spark.executor.memory + spark.executor.memoryOverhead",
            "1 rank at once",
            "use --conf spark.executor.memory=2g --conf spark.executor.memoryOverhead=2560m");

    MemoryCheck followed = check(following(conf, check.line()));
    assertThatCode(followed::require).doesNotThrowAnyException();
    assertThat(followed.isEnough()).isTrue();
  }

  @Test
  void aContainerThatIsJustLargeEnoughIsNotRefusedButWarnedOf() {
    MemoryCheck check =
        check(conf("yarn", "spark.executor.memory=1g", "spark.executor.memoryOverhead=900m"));

    assertThatCode(check::require).doesNotThrowAnyException();
    assertThat(check.isEnough()).isFalse();
    assertThat(check.warning()).contains("use --conf spark.executor.memory=2g --conf");
  }

  @Test
  void aHeapThatIsTooSmallIsRefusedWithTheMasterThatCanGiveMore() {
    SparkConf conf = conf("local-cluster[4,1,1024]", "spark.executor.memory=500m");
    MemoryCheck check = check(conf);

    assertThatThrownBy(check::require)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "each executor has 500.0 MiB of Java heap (spark.executor.memory)",
            "use --master 'local-cluster[4,1,2048]' --conf spark.executor.memory=2g");
    assertThatCode(check(following(conf, check.line()))::require).doesNotThrowAnyException();
  }

  @Test
  void nothingIsGuessedOfTheMachinesOfOtherClusters() {
    SparkConf conf = conf("spark://host:7077", "spark.executor.memory=4g");

    assertThatCode(check(conf)::require).doesNotThrowAnyException();
    assertThat(check(conf).isEnough()).isTrue();
  }

  @Test
  void executorsWithoutARankTakeNothingOfTheMachine() {
    ExecutorMemory of4 = check(conf("local-cluster[4,1,1024]")).need();
    ExecutorMemory of9 = check(conf("local-cluster[9,1,1024]")).need();
    ExecutorMemory of3 = check(conf("local-cluster[3,1,1024]")).need();

    assertThat(of9.leastMachine()).isEqualTo(of4.leastMachine());
    assertThat(of3.leastMachine()).isEqualTo(of4.leastMachine() / 4 * 3);
  }

  @Test
  void aMachineWithoutThatMuchMemoryIsNamed() {
    SparkConf conf = conf("local-cluster[4,1,2048]", "spark.executor.memory=2g");
    MemoryCheck check = check(conf);
    MemoryCheck small =
        new MemoryCheck(check.need(), check.given(), "", conf.get("spark.master"), 4096 * MIB);

    assertThatThrownBy(small::require)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "this machine has 4.0 GiB of memory, and the tensors of all ranks that run at once",
            "take 5.2 GiB");
  }

  @Test
  void tensorsThatJavaCppWouldNotAllocateAreRefusedWithTheOptionThatLetsIt() {
    SparkConf conf = conf("spark://host:7077", "spark.executor.memory=1g");
    conf.remove(ExecutorSettings.DEFAULT_JAVA_OPTIONS);
    conf.set("spark.executor.extraJavaOptions", "-XX:+UseParallelGC");
    MemoryCheck check = check(conf);

    assertThatThrownBy(check::require)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "each executor has 1.0 GiB for tensors (org.bytedeco.javacpp.maxbytes",
            "--conf 'spark.executor.extraJavaOptions=-XX:+UseParallelGC " + UNLIMITED + "'");
    MemoryCheck followed = check(following(conf, check.line()));
    assertThat(followed.given().nativeLimit()).isEmpty();
    assertThatCode(followed::require).doesNotThrowAnyException();
  }

  /** A heap that is grown to fill what it may leaves nothing of the container to the tensors. */
  @Test
  void aLargerHeapDoesNotMakeUpForASmallOverhead() {
    MemoryCheck check = check(conf("yarn", "spark.executor.memory=16g"));

    assertThatCode(check::require).doesNotThrowAnyException();
    assertThat(check.isEnough()).isFalse();
    assertThat(check.line())
        .isEqualTo("--conf spark.executor.memory=16g --conf spark.executor.memoryOverhead=2560m");
  }

  @Test
  void theUsersLimitOfTensorsWins() {
    SparkConf conf = conf("yarn");
    conf.set("spark.executor.extraJavaOptions", "-D" + OffHeapMemory.LIMIT + "=3g");

    assertThat(ExecutorSettings.of(conf).nativeLimit()).hasValue(3072 * MIB);
  }

  @Test
  void enoughIsRoomForTheTasksBesideAllThatSparkMayFill() {
    SparkConf conf = conf("yarn", "spark.executor.instances=4");
    double fraction = ExecutorSettings.of(conf).memoryFraction();
    long heap = check(conf).need().heap();

    double blocks = fraction * (heap - ExecutorMemory.RESERVED);
    assertThat((long) (heap - ExecutorMemory.RESERVED - blocks))
        .isBetween(20L * P - 2, 20L * P + 2);
  }

  @Test
  void aSizeThatCannotBeReadIsOneClearError() {
    assertThatThrownBy(() -> ExecutorSettings.of(conf("yarn", "spark.executor.memory=much")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a setting of Spark cannot be read");
  }
}
