/* C++ as it is written today: threads that wait for one another, tasks, folders as objects, a random device.
   Each claim that does not hold makes a mutex named "wrong ..."; the last one is "done". */
#include <windows.h>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace fs = std::filesystem;

static void claim(const char *what, bool holds) {
    if (!holds) CreateMutexA(nullptr, FALSE, (std::string("wrong ") + what).c_str());
}

int main() {
    std::mutex lock;
    std::condition_variable changed;
    std::vector<std::thread> threads;
    int count = 0, turns = 0;
    bool is_mine = false;
    for (int n = 0; n < 4; n++)
        threads.emplace_back([&] {
            for (int k = 0; k < 10; k++) {
                std::lock_guard<std::mutex> held(lock);
                count++;
            }
        });
    for (auto &thread : threads) thread.join();
    claim("threads", count == 40);
    std::thread partner([&] {
        for (int n = 0; n < 3; n++) {
            std::unique_lock<std::mutex> held(lock);
            changed.wait(held, [&] { return is_mine; });
            is_mine = false, turns++;
            changed.notify_all();
        }
    });
    for (int n = 0; n < 3; n++) {
        std::unique_lock<std::mutex> held(lock);
        is_mine = true;
        changed.notify_all();
        changed.wait(held, [&] { return !is_mine; });
    }
    partner.join();
    claim("turns", turns == 3);
    claim("task", std::async(std::launch::async, [] { return 7; }).get() == 7);
    auto before = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::minutes(5));
    claim("long sleep", std::chrono::steady_clock::now() - before >= std::chrono::minutes(5));
    try {
        fs::path folder = "C:\\ProgramData\\modern";
        fs::create_directories(folder / "empty");
        std::ofstream(folder / "a.txt") << "text " << 5;
        fs::copy_file(folder / "a.txt", folder / "b.txt");
        int entries = 0;
        for (auto &entry : fs::recursive_directory_iterator(folder)) entries += !entry.path().empty();
        claim("entries", entries == 3 && fs::file_size(folder / "b.txt") == 6);
        claim("removed", fs::remove_all(folder) == 4 && !fs::exists(folder));
    } catch (const std::exception &error) {
        claim(error.what(), false);
    }
    std::mt19937 source(std::random_device{}());
    claim("random", source() != source());
    CreateMutexA(nullptr, FALSE, "done");
    return 0;
}
