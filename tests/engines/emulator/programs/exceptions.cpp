// C++ exceptions: thrown over several frames, caught by base class, rethrown, out of a library's own code. Each step
// leaves a mutex.
#include <windows.h>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

static void mark(const std::string &name) { CreateMutexA(NULL, 0, name.c_str()); }

struct Guard {
    const char *name;
    explicit Guard(const char *n) : name(n) {}
    ~Guard() { mark(name); }
};

__attribute__((noinline)) static void deep(int n) {
    Guard guard("DeepUnwound");
    if (n == 0) throw std::runtime_error("benign");
    deep(n - 1);
}

__attribute__((noinline)) static int middle() {
    Guard guard("MiddleUnwound");
    try {
        deep(2);
    } catch (const std::logic_error &) {
        mark("WrongHandler");
        return 1;
    }
    return 0;
}

int main() {
    try {
        middle();
        mark("NotReached");
    } catch (const std::exception &e) {
        mark(std::string("Caught_") + e.what());
    }
    try {
        throw 42;
    } catch (int i) {
        if (i == 42) mark("CaughtInt");
    }
    try {
        try {
            throw std::string("inner");
        } catch (...) {
            mark("Rethrow");
            throw;
        }
    } catch (std::string &s) {
        mark("Outer_" + s);
    }
    std::ofstream out("C:\\Users\\Public\\cpp.txt");
    out << "text " << 42 << "\n";
    out.close();
    std::ifstream in("C:\\Users\\Public\\cpp.txt");
    std::string line;
    std::getline(in, line);
    mark(line);
    std::map<std::string, int> counts;
    counts["a"] = 1;
    std::ostringstream text;
    text << "Stream" << counts["a"];
    mark(text.str());
    try {
        std::vector<int> none;
        none.at(3);
    } catch (std::out_of_range &) {
        mark("OutOfRange");
    }
    mark("AfterAll");
    return 0;
}
