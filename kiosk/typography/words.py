"""Where a Chinese title may be broken: a small lexicon of village words, matched greedily. Pure.

Titles are short and speak of few things, so a thousand words decide nearly all of them
rightly; a segmenter with a dictionary of a hundred thousand would cost a Pi more memory than
the rest of the player. What the lexicon does not know may be broken anywhere, at a price.
"""

import re
from functools import lru_cache

LEXICON = frozenset(
    """
    白庄村 白庄 翠苑小区 翠苑 东湖小区 东湖 小区 北区 南区 东区 西区 街区 街道 街道办 街道办事处 办事处 网格
    微网格 网格员 网格长 楼栋 单元 楼道 门口 村委会 村民 村民委员会 居委会 居民 社区 物业 物业公司 业主 住户
    党支部 党员 党群 服务中心 党群服务中心 服务站 卫生室 卫生院 派出所 村集体 集体 村务 党务 财务 公开 收支 明细
    情况 账目 合作社 股份 分红 补贴 补助 低保 医保 社保 养老 养老金 养老保险 医疗保险 城乡居民 通知 公告 公示
    通报 提示 提醒 预告 倡议书 一封信 温馨提示 紧急通知 重要通知 结果 名单 报告 总结 计划 方案 办法 规定 条例
    政策 今天 明天 后天 今晚 明早 上午 下午 晚上 中午 早上 夜间 白天 周一 周二 周三 周四 周五 周六 周日 星期一
    星期二 星期三 星期四 星期五 星期六 星期日 本周 下周 本月 下月 每月 每周 每天 每日 今年 明年 季度 半年 年度
    上半年 下半年 第一季度 第二季度 第三季度 第四季度 春节 元宵节 清明 清明节 端午 端午节 中秋 中秋节 国庆
    国庆节 重阳 重阳节 元旦 劳动节 儿童节 妇女节 暑期 暑假 寒假 假期 节日 期间 停水 停电 停气 停暖 供水 供电
    供气 供暖 恢复 抢修 检修 维修 更换 改造 施工 管道 管网 阀门 主管 电缆 线路 变压器 水表 电表 燃气 煤气
    计划停水 计划停电 临时停水 临时停电 水费 电费 缴费 收费 物业费 垃圾 分类 垃圾分类 清运 清理 整治 环境 卫生
    环境整治 大扫除 绿化 路灯 电梯 消防 通道 消防通道 消防安全 火灾 防火 防汛 防溺水 防诈骗 反诈 诈骗 电信
    网络诈骗 电信网络诈骗 用电 用气 安全 安全用电 隐患 排查 检查 巡查 巡逻 电动车 电动自行车 自行车 充电 充电桩
    飞线 飞线充电 入户 上楼 楼道堆物 停车 停车位 车辆 占道 乱停 乱放 高空抛物 养犬 文明 文明养犬 暴雨 大风 高温
    低温 雷电 台风 暴雪 寒潮 洪水 预警 红色 橙色 黄色 蓝色 撤离 转移 避险 应急 演练 救援 火情 发生 集合 疫苗
    接种 流感 体检 义诊 健康 免费 免费体检 健康义诊 健康讲座 讲座 量血压 测血压 血压 血糖 测血糖 老人 老年人
    高龄 独居 助餐 食堂 长者 长者食堂 菜单 理发 免费理发 义剪 助老 服务 上门 上门服务 便民 便民服务 志愿 志愿者
    志愿服务 活动 报名 招募 参加 开始 开放 开班 培训 课程 广场舞 电影 放映 露天电影 文艺 演出 比赛 运动会 亲子
    儿童 孩子 学生 入学 幼儿园 小学 夏令营 托管 暑期托管 阅读 图书 书屋 农家书屋 干群 连心会 干群连心会 问题
    诉求 办结 办理 反馈 回复 解决 处理 完成 进展 评议 工作 工作评议 述职 考核 积分 红榜 表彰 先进 优秀 模范 好人
    星级 文明户 家庭 最美 选举 换届 候选人 投票 征求 意见 征集 建议 调查 问卷 登记 申请 办证 证件 身份证 户口
    居住证 社保卡 医保卡 资格 认证 资格认证 年审 征兵 就业 招聘 岗位 技能 创业 贷款 土地 流转 征地 拆迁 安置
    房屋 出租 租赁 宅基地 自建房 农机 秸秆 禁烧 播种 收割 焦作市 焦作 马村区 马村 马村街道 焦西街道 全体 广大
    各位 关于 开展 进行 举办 召开 启动 调整 时间 地点 安排 事项 须知 要求 新增 更新 启用 安装 使用 注意 请勿
    严禁 禁止 切勿 谨防 警惕 不要 可以 需要 已经 我们 大家 优居码 二维码 扫码 马上办 电话 热线 值班 广场
    中心广场 文化广场 影片 音乐 戏曲 豫剧 书法 绘画 摄影 象棋 太极 太极拳 舞蹈 合唱 朗诵 故事 手工 包粽子 包饺子
    灯会 灯谜 猜灯谜 庙会 集市 市场 菜市场 超市 商铺 银行 学校 医院 诊所 药店 邮政 快递 驿站 公交 公交车 站点
    线路调整 道路 路面 主干道 巷道 胡同 大门 东门 西门 南门 北门 围墙 栏杆 扶手 楼梯 台阶 坡道 无障碍 座椅 凉亭
    花园 公园 草坪 树木 修剪 打药 喷洒 灭蚊 灭鼠 消杀 消毒 蚊虫 老鼠 蟑螂 污水 下水道 雨水井 井盖 化粪池 积水
    漏水 渗水 堵塞 疏通 粉刷 墙面 屋顶 外墙 阳台 门窗 门禁 监控 摄像头 智能 手机 网络 宽带 有线电视 电视 系统
    平台 小程序 微信 微信群 公众号 软件 应用 信息 数据 档案 资料 材料 复印件 原件 照片 表格 填写 提交 上报 审核
    审批 核实 核对 确认 领取 发放 下发 到账 退还 报销 结算 金额 标准 比例 人数 户数 名额 条件 范围 对象 流程
    步骤 方式 渠道 期限 截止 截止日期 逾期 延期 提前 推迟 取消 暂停 停止 结束 完毕 正式 实施 执行 落实 推进 加强
    做好 切实 进一步 积极 主动 认真 及时 立即 尽快 务必 保持 配合 支持 理解 感谢 谢谢 欢迎 祝贺 恭喜 慰问 看望
    关爱 关心 关怀 帮助 帮扶 救助 捐款 捐赠 爱心 公益 环保 节约 节约用水 节水 节能 低碳 绿色 健步走 健身 锻炼
    器材 篮球 乒乓球 羽毛球 羽毛球赛 足球 棋牌 棋牌室 活动室 会议室 礼堂 体育馆 图书室 阅览室 教室 会议 大会
    村民大会 代表 村民代表 代表大会 例会 座谈 座谈会 走访 入户走访 排班 排班表 值日 轮班 负责人 联系人 联系方式
    工作人员 志愿队 巡逻队 理事会 监督 监督委员会 村务监督 村务监督委员会 红白理事会 移风易俗 婚丧嫁娶 彩礼
    孝老爱亲 孝善 敬老 好媳妇 好婆婆 五好家庭 党课 党日 主题党日 学习 教育 宣传 宣讲 普法 法律 法律援助 律师
    调解 矛盾 纠纷 信访 治安 警务 民警 报警 警惕诈骗 中奖 刷单 转账 汇款 验证码 陌生 陌生人 电话诈骗 假冒 公检法
    保健品 推销 非法 非法集资 集资 赌博 毒品 禁毒 扫黑除恶 烟花 爆竹 烟花爆竹 燃放 明火 祭扫 焚烧 纸钱 森林
    森林防火 灭火器 消火栓 应急灯 安全出口 逃生 疏散 避难 避难场所 救生 急救 心肺复苏 中暑 防暑 防暑降温 降温
    取暖 一氧化碳 煤气中毒 中毒 触电 漏电 溺水 水库 河道 池塘 游泳 儿童滑梯 滑梯 秋千 游乐 游乐设施 设施 设备
    安全检查 专项 专项检查 专项整治 集中 集中整治 集中办理 统一 全面 重点 突出 儿科 老年 妇女 孕妇 产妇 婴儿
    幼儿 少年 青年 青少年 退役军人 军人 残疾人 残疾 困难 困难家庭 特困 孤儿 留守 留守儿童 空巢 空巢老人 独居老人
    高龄老人 老党员 老干部 生活 生活补贴 高龄补贴 高龄津贴 津贴 丧葬 退休 退休人员 养老保险待遇 待遇 基本
    基本医疗 参保 参保缴费 缴纳 征缴 续保 理赔 保险 意外 意外险 住院 门诊 慢病 慢性病 高血压 糖尿病 眼科 口腔
    白内障 筛查 两癌 两癌筛查 儿童疫苗 狂犬病 犬只 犬证 宠物 猫狗 家禽 养殖 农业 农田 小麦 玉米 大豆 病虫害 农药
    化肥 种子 灌溉 抗旱 收购 粮食 农产品 采摘 果蔬 蔬菜 水果 价格 优惠 折扣 免费发放 领取时间 办公 办公时间 作息
    作息时间 营业 开馆 闭馆 放假 值守 节假日 双休日 工作日 早晚 全天 临时 紧急 重要 温馨 友情 新冠 流行 传染
    传染病 诺如 手足口 预防 防控 防范 防护 口罩 通风 洗手 饮水 饮用水 水质 水压 水箱 清洗 二次供水 加压 泵房
    变电 配电 配电室 跳闸 负荷 高峰 错峰 限电 全村 本村 本小区 本楼 本单元 各楼 各单元 各户 家家户户 邻里 邻居
    服务大厅 便民服务大厅 每周一 每周二 每周三 每周四 每周五 每周六 每周日 播放 本季 结余 交电费 交水费
    反映 看见 听见 说明 清楚 明白 师傅 邻居们 乡亲 大厅 窗口 会计 票据 收据 血糖仪 医生 护士 病人 慢性病人
    孕产妇 家庭医生 签约 复查 空腹 暖气 供热站 供热 阀 放气阀 报警器 一氧化碳报警器 电瓶 楼顶 花盆 被子 防水 漏雨
    黄线 红色 救命 声控灯 楼道灯 换成 全部 分时 分片 分批 冲洗 车库 地下车库 地下室 操场 小学操场 家里 家中 行动
    行动不便 不便 转账 银行卡 会上 提了 都已 分派 立即拨打 拨打 听从 指挥 弯腰 口鼻 湿毛巾 毛巾 房门 门缝 挥动
    鲜艳 衣服 报到 清点 人数 没有 看到 家人 马上 告诉 现场 孩子们 坡道 轮椅 婴儿车 婴儿 留着 门口处 晚上 路线
    指定 快递柜 地面 广告 公共收益 收益 评议表 发出 收回 早市 早市区 螺丝 充电口 清淤 屏幕 旁边 大厅里 志愿服务队
    不落 转告 特别 亲人 打工 医保部门 村委会便民窗口 便民窗口 验证 短信 链接 备案 急诊 抢救 报销 结账 定点 定点医院
    社保 电子 激活 客服 公安 爸妈 老师 稳赚 不赔 越快 越好 修订 征求意见 绳长 拴绳 拾便袋 犬牌 免疫证 流浪 收容
    超过 警戒 警戒线 水位 低洼 内涝 塌方 泄漏 突发 走失 寻人 立即转移 清洗水箱 短时停水 药品 高层 声控 补防水
    小广场 老片子 片子 一部 花卷 馒头 米粥 小米粥 包子 水饺 面条 烩面 萝卜汤 番茄炒蛋 蒜蓉青菜 凉拌黄瓜 东门小广场
    邻里纠纷 粪便 出售 检测 检测单 监督小组 楼门口 高空 抛物 楼下 村级 怎么 件件 回音 平安
    邻里节 百家宴 茶话会 联欢 联欢会 晚会 春晚 慰问品 礼品 奖品 奖励 兑换 积分兑换 积分超市 道德 道德银行
    """.split()
)
LONGEST = max(len(word) for word in LEXICON)
BOUND_LEFT = frozenset("的了着过吗呢吧们前后起止内外里间处等者")  # these lean on the word before them
BOUND_RIGHT = frozenset("第每各本该请不未已将被把在从向对为与和及或至给么")  # these lean on the word after them
MEASURES = (
    "年月日号时点分秒楼栋幢单层室户家间名位人元角毛万亿岁周天次趟遍回个只件台辆部座盏桩组套张份本册块把条根棵片段页项"
    "米里尺亩斤两克吨升度届期批桌桶瓶袋箱支口"
)
LONG_MEASURES = "小时|分钟|公里|千米|厘米|毫米|平方米|平米|公斤|毫升|人次|单元|周岁|分贝|号楼|号线|个月|微网格"
NUMBERS = re.compile(
    rf"第?(?:\d+|[一二三四五六七八九十两百千几]+)(?:(?<=(.))(?!\1)(?:{LONG_MEASURES}|[{MEASURES}%])){{0,2}}半?"
)
"""A number with its measures; the same twice is none, but the beginning of a word: 3号楼 / 楼道灯."""
SEPARATORS = r"\s、，。；：！？·（）【】《》“”‘’"
ITEM = re.compile(rf"(?<![^{SEPARATORS}])[\u4e00-\u9fff]{{2,4}}(?![^{SEPARATORS}])")
"""So few characters between marks are one thing: a dish in a menu, a name before its bracket, 示例 inside it."""

FOLLOWERS = frozenset(
    """
    北区 南区 东区 西区 单元 通知 公告 公示 通报 公开 提示 提醒 名单 结果 情况 期间 工作 活动 事项 办法 方案
    红榜 时间 地点 服务 安排 须知
    """.split()
)
"""Words that belong to the word before them: 翠苑小区北区 / 计划停水."""

INSIDE_WORD, INSIDE_UNKNOWN, LEANING, FOLLOWING, BETWEEN = 40.0, 12.0, 14.0, 9.0, 5.0


@lru_cache(maxsize=1024)
def prices(text: str) -> tuple[float, ...]:
    """What a line break before each character of `text` costs; the first one's is 0."""
    price = [INSIDE_UNKNOWN] * len(text)
    price[:1] = [0.0]
    edges: dict[int, float] = {}
    at = 0
    while at < len(text):
        length = word_length(text, at)
        if length > 1:
            edges[at] = FOLLOWING if text[at : at + length] in FOLLOWERS else BETWEEN
            edges.setdefault(at + length, BETWEEN)
            price[at + 1 : at + length] = [INSIDE_WORD] * (length - 1)
        at += max(1, length)
    for edge, cost in edges.items():
        if 0 < edge < len(text):
            price[edge] = cost
    for item in ITEM.finditer(text):
        price[item.start() + 1 : item.end()] = [INSIDE_WORD] * (item.end() - item.start() - 1)
    for at in range(1, len(text)):
        if (text[at] in BOUND_LEFT or text[at - 1] in BOUND_RIGHT) and price[at] < LEANING:
            price[at] = LEANING
    return tuple(price)


def word_length(text: str, at: int) -> int:
    """How many characters the longest known word at `at` has; 1 where there is none."""
    match = NUMBERS.match(text, at)
    number = match.end() - at if match else 1
    for length in range(min(LONGEST, len(text) - at), number, -1):
        if text[at : at + length] in LEXICON:
            return length
    return number
