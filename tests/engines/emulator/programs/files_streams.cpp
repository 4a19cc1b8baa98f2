// Files by C++ streams, as libstdc++ has them.
#include <fstream>
#include <string>

int main()
{
    std::ofstream out("C:\\Users\\Public\\stream.txt");
    out << "hello " << 42 << std::endl;
    out.close();
    std::ifstream in("C:\\Users\\Public\\stream.txt");
    std::string line;
    std::getline(in, line);
    std::ofstream copy("C:\\Users\\Public\\copy.txt", std::ios::binary);
    copy << line;
    return 0;
}
